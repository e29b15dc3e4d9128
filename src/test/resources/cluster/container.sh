# Makes a container's file system and becomes its first process. It runs in fresh mount, PID and UTS
# namespaces. Arguments: the container's root, its host name, its user id, how much is writable
# (all, volumes, shm or none), then mounts as triples of ro or rw, source and target.
set -eu
read -r pid _ </proc/self/stat
root=$1 name=$2 user=$3 writable=$4
shift 4

protect() { mount -o remount,bind,ro "$1"; }

echo "$name" >/proc/sys/kernel/hostname
mount --bind "$root" "$root"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mkdir "$root/dev/shm"
[ "$user" = 0 ] || chmod 555 "$root/dev"
mount -t proc proc "$root/proc"
while [ $# -ge 3 ]; do
  mount --rbind "$2" "$root/$3"
  case $1-$writable-$3 in
    rw-all-* | rw-volumes-* | rw-shm-dev/shm) ;;
    *) protect "$root/$3" ;;
  esac
  shift 3
done
case $writable in
  shm | none) protect "$root/dev" ;;
esac
case $writable in
  all) ;;
  *) protect "$root" ;;
esac

cd "$root"
echo "$pid"
if [ "$user" = 0 ]; then
  exec setsid chroot "$root" sleep infinity </dev/null >/dev/null 2>&1
elif [ "$(id -u)" = 0 ]; then
  exec setsid chroot --userspec="+$user:+$user" --groups= "$root" sleep infinity </dev/null >/dev/null 2>&1
else
  exec setsid chroot "$root" sleep infinity </dev/null >/dev/null 2>&1
fi
