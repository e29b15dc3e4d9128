# Makes this process the first one of a container, in the mount (and PID) namespace that it was started in.
#
#   sh container.sh <root folder> <folder kept over restarts, or -> <option>...
set -e
r=$1
kept=$2
shift 2
busybox=
shell=yes
readonly=
writable=yes
for option; do
  case $option in
    busybox) busybox=yes ;;
    dash) shell=dash ;;
    noshell) shell= ;;
    readonly) readonly=yes ;;
    shmonly) readonly=yes ;;
    nowhere) readonly=yes writable= ;;
  esac
done
mount --make-rprivate /
mkdir -p "$r/proc" "$r/dev" "$r/tmp" "$r/workspace" "$r/root" "$r/var" "$r/etc" "$r/usr"
for d in lib lib64 lib32 libx32; do
  if [ -L /$d ]; then
    [ -L "$r/$d" ] || cp -P /$d "$r/$d"
  elif [ -d /$d ]; then
    mkdir -p "$r/$d"
    mount --rbind /$d "$r/$d"
  fi
done
if [ -n "$busybox" ] || [ "$shell" != yes ]; then
  # An image of its own: libraries and these programs, nothing else.
  mkdir -p "$r/usr/lib" "$r/usr/lib64" "$r/usr/bin"
  mount --bind /usr/lib "$r/usr/lib"
  [ ! -d /usr/lib64 ] || mount --bind /usr/lib64 "$r/usr/lib64"
  [ -e "$r/bin" ] || ln -s usr/bin "$r/bin"
  cp "$(command -v busybox)" "$r/usr/bin/busybox"
  if [ -n "$busybox" ]; then
    for applet in $("$r/usr/bin/busybox" --list); do ln -sf busybox "$r/usr/bin/$applet"; done
  elif [ "$shell" = dash ]; then
    for p in /usr/bin/* /bin/*; do
      case ${p##*/} in bash | rbash | busybox) continue ;; esac
      [ -e "$r/usr/bin/${p##*/}" ] || cp -P "$p" "$r/usr/bin/" 2>/dev/null || true
    done
  else
    for p in sleep env cat; do cp -L "/usr/bin/$p" "$r/usr/bin/$p"; done
  fi
else
  mount --bind /usr "$r/usr"
  for d in bin sbin; do
    if [ -L /$d ]; then
      [ -L "$r/$d" ] || cp -P /$d "$r/$d"
    else
      mkdir -p "$r/$d"
      mount --rbind /$d "$r/$d"
    fi
  done
fi
mount -t proc proc "$r/proc"
mount --bind /dev "$r/dev"
if [ -n "$writable" ]; then
  mount -t tmpfs tmpfs "$r/dev/shm"
  chmod 1777 "$r/dev/shm"
else
  mkdir -p "$r/var/empty"
  mount --bind "$r/var/empty" "$r/dev/shm"
  mount -o remount,ro,bind "$r/dev/shm"
fi
[ "$kept" = - ] || mount --bind "$kept" "$r/tmp"
chmod 1777 "$r/tmp" "$r/workspace"
if [ -n "$readonly" ]; then
  mount --bind "$r" "$r"
  mount -o remount,ro,bind "$r"
  r=$(cd "$r" && pwd)
fi
exec chroot "$r" /bin/sleep 100000000
