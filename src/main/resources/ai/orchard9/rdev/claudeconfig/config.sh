# The far side of a project's configuration of Claude: lists, reads, writes and removes files in .claude.
#
#   sh -c "$this" rdev-config        (needs coreutils or busybox, /proc)
#
# It reads two lines from stdin, `<verb> <kind> <name> <bytes> <unique> <now>` and the work directory, and then, to
# write, so many bytes. What it found or did it says in lines; a change is prepared first, answered with `ready`, and
# made only when the line `go` follows. Half a request, or a connection that breaks, changes nothing.
#
#   list <kind>,…     `kind <kind>`, `<bytes> <modified> <path>`…, `more` when there are too many; `end` at last
#   read              `file <bytes> <modified>`, the bytes, `end`
#   new, put          `ready <bytes> <modified> <new|old>`, and after `go`: `done`
#   delete            `ready`, and after `go`: `done`
#   any               `missing`, `exists`, `link <path>`, `nofolder <path>`, `irregular <path>`, `large <bytes>`,
#                     `changed`, `cut` or `failed <what>`; why it failed is on stderr, in the words of the tools
#
# Others work here at the same time, and may want us to leave the folder: whatever is tested by name can be another
# thing when it is used. So we go down step by step and look where we came to; then every name is one of the folder
# that we stand in, wherever that is moved to. Of a file that was opened, /proc tells which one it is. To make,
# to rename and to remove a name follows no link, and if the name has become one it is only that which is lost.
set -f
export LC_ALL=C

most_bytes=1048576
most_names=1000
# Longer than the server waits for an answer; a temporary file may be twenty times as old.
limit=30
keep=600

temp=
made=
home=$PWD

# Removes what was prepared, as far as it has no name yet.
undo() {
  [ -z "$temp" ] || rm -f "./$temp"
  # Only an empty one goes.
  [ -z "$made" ] || (cd -P .. && rmdir "./$made")
  temp=
  made=
} >/dev/null 2>&1

refuse() {
  undo
  printf '%s\n' "$*"
  exit 0
}

# Ends us, should we wait for something that never comes. TERM ends it with its sleep: the PID 1 of a pod often reaps
# nothing.
guard() {
  before=$!
  trap '[ "$!" = "$before" ] || kill -KILL "$!" 2>/dev/null; wait; exit' TERM
  sleep "$1" &
  wait "$!"
  trap '' TERM
  kill -KILL "-$$" || kill -KILL "$$"
}

finish() {
  trap '' HUP INT TERM PIPE
  undo
  kill "$guard"
  wait "$guard"
} >/dev/null 2>&1

# Goes down into folder $1, and not over a link.
step() {
  shown=${here#"$top"}/$1
  shown=${shown#/}
  [ ! -L "./$1" ] || refuse "link $shown"
  [ -d "./$1" ] || refuse "nofolder $shown"
  cd -P "./$1" || refuse "failed enter"
  here=${here%/}/$1
  [ "$PWD" = "$here" ] || refuse changed
}

is_there() {
  [ -e "$1" ] || [ -L "$1" ]
}

# Goes to the work directory.
begin() {
  cd -P "${base:-$home}" || refuse "failed workdir"
  here=$PWD
  top=${PWD%/}
}

# Goes to the folder of kind $1; false when there is none.
enter() {
  begin
  is_there ./.claude || return
  step .claude
  is_there "./$1" || return
  step "$1"
}

# Goes to folder $1, which is made when there is none.
make() {
  is_there "./$1" || mkdir "./$1" || is_there "./$1" || refuse "failed write"
  step "$1"
}

# What is called $1 here is a file; $2 is what to call it before others.
check() {
  [ ! -L "./$1" ] || refuse "link $2"
  [ -e "./$1" ] || refuse missing
  [ -f "./$1" ] || refuse "irregular $2"
}

# Is what was opened as descriptor $1 a file, and the one of this folder that is called $2? It may have been
# replaced meanwhile.
is_open() {
  case $(readlink "/proc/self/fd/$1") in
    "${here%/}/$2" | "${here%/}/$2 (deleted)") [ -f "/proc/self/fd/$1" ] ;;
    *) return 1 ;;
  esac
}

# Removes folder $1 of the folder $2, where we are, with all that is in it, and follows no link: rm -r of busybox
# can be led astray.
remove_folder() {
  (
    cd -P "./$1" || exit
    inside=${2%/}/$1
    [ "$PWD" = "$inside" ] || exit
    set --
    set +f
    for entry in ./* ./.[!.]* ./..?*; do
      if [ -d "$entry" ] && [ ! -L "$entry" ]; then
        remove_folder "${entry#./}" "$inside"
      else
        set -- "$@" "$entry"
      fi
      if [ $# -ge 100 ]; then
        rm -f "$@"
        set --
      fi
    done
    rm -f "$@"
  )
  rmdir "./$1"
}

# Removes what was left here when a connection broke at the wrong moment.
clean() {
  set +f
  for old in ./.rdev-*; do
    old=${old#./}
    since=${old#.rdev-}
    since=${since%%-*}
    case $since in '' | 0* | *[!0-9]* | ???????????*) continue ;; esac
    [ "$now" -gt $((since + keep)) ] || continue
    if [ -d "./$old" ] && [ ! -L "./$old" ]; then remove_folder "$old" "$here"; else rm -f "./$old"; fi
  done
  set -f
}

# Nothing is changed before this: who asked puts it on record first.
await_go() {
  IFS= read -r word
  [ "$word" = go ] || exit
}

# ---- Looking ----------------------------------------------------------------------------------------

# list <kind>,…
list() {
  IFS=,
  # shellcheck disable=SC2086 # Split on purpose.
  set -- $1
  unset IFS
  for kind; do
    printf 'kind %s\n' "$kind"
    if enter "$kind"; then list_here; fi
  done
  printf 'end\n'
}

list_here() {
  case $kind in
    skills) pattern='[A-Za-z0-9]*/SKILL.md' ;;
    *) pattern='[A-Za-z0-9]*.md' ;;
  esac
  more=
  set --
  set +f
  # shellcheck disable=SC2086 # A pattern.
  for path in $pattern; do
    case $kind in
      skills) name=${path%/SKILL.md} ;;
      *) name=${path%.md} ;;
    esac
    case $name in *[!A-Za-z0-9._-]*) continue ;; esac
    if [ ${#name} -gt 100 ] || [ -L "./$name" ] || [ -L "./$path" ] || [ ! -f "./$path" ]; then continue; fi
    if [ $# -ge "$most_names" ]; then
      more=yes
      break
    fi
    set -- "$@" "$path"
  done
  set -f
  # What has gone meanwhile is left out.
  [ $# -eq 0 ] || stat -c '%s %Y %n' "$@"
  [ -z "$more" ] || printf 'more\n'
}

# Goes to where the file is; ends here when that is nowhere. file := what it is called there.
find_file() {
  enter "$1" || refuse missing
  case $1 in
    skills)
      is_there "./$2" || refuse missing
      step "$2"
      file=SKILL.md
      ;;
    *) file=$2.md ;;
  esac
  check "$file" "${here#"$top"/}/$file"
}

# read <kind> <name>
read_file() {
  find_file "$1" "$2"
  {
    is_open 3 "$file" || refuse changed
    # shellcheck disable=SC2046 # Two words.
    set -- $(stat -L -c '%s %Y' /proc/self/fd/3)
    [ "$1" -le "$most_bytes" ] || refuse "large $1"
    printf 'file %s %s\n' "$1" "$2"
    head -c "$1" <&3
    printf 'end\n'
  } 3<"./$file" || refuse "failed read"
}

# ---- Changing ---------------------------------------------------------------------------------------

# write <new|put> <kind> <name> <bytes>
write() {
  begin
  make .claude
  make "$2"
  case $2 in
    skills)
      is_there "./$3" || made=$3
      make "$3"
      file=SKILL.md
      ;;
    *) file=$3.md ;;
  esac
  clean
  before=new
  if is_there "./$file"; then
    check "$file" "${here#"$top"/}/$file"
    [ "$1" = put ] || refuse exists
    before=old
  fi
  copied=
  # The name was free, or this fails; and no link is followed, unless to what is no file: is_open tells.
  temp=$unique
  set -C
  {
    is_open 4 "$temp" || refuse changed
    # The bytes are on the disk before they get their name.
    head -c "$4" | dd bs=65536 conv=fsync >&4 || refuse "failed write"
    [ "$(wc -c </proc/self/fd/4)" -eq "$4" ] || refuse cut
    # shellcheck disable=SC2046 # Two words.
    set -- "$1" $(stat -L -c '%s %Y' /proc/self/fd/4)
    copied=yes
  } 4>"./$temp"
  [ -n "$copied" ] || refuse "failed write"
  printf 'ready %s %s %s\n' "$2" "$3" "$before"
  await_go
  "rename_$1"
  # Somebody may have moved the folder away.
  cd -P . || refuse changed
  [ "$PWD" = "$here" ] || refuse changed
  made=
  undo
  printf 'done\n'
}

# A second name for the file, which fails when there is one: of many at the same time, one wins.
rename_new() {
  ln -n "./$temp" "./$file" && return
  if is_there "./$file"; then refuse exists; fi
  refuse "failed write"
}

# Without -T, what is a folder now, or a link to one, would take the file in.
rename_put() {
  said=$(mv -fT "./$temp" "./$file" 2>&1) && return
  case $said in
    *'invalid option'* | *'unrecognized option'*) exchange && return ;;
    *) printf '%s\n' "$said" >&2 ;;
  esac
  refuse "failed write"
}

# Where mv has no -T (busybox before 1.34): neither step can lead out of the folder, and for a moment there is no
# file.
exchange() {
  if [ "$before" = old ]; then
    mv "./$file" "./$temp-old" || return
  fi
  if ln -n "./$temp" "./$file"; then
    rm -f "./$temp-old"
  else
    ln -n "./$temp-old" "./$file"
    return 1
  fi
}

# delete <kind> <name>
delete() {
  find_file "$1" "$2"
  if [ "$1" = skills ]; then
    cd -P .. || refuse "failed enter"
    here=${here%/*}
    [ "$PWD" = "$here" ] || refuse changed
  fi
  clean
  printf 'ready\n'
  await_go
  case $1 in
    skills) delete_skill "$2" ;;
    *)
      rm "./$file" || {
        is_there "./$file" || refuse missing
        refuse "failed write"
      }
      ;;
  esac
  printf 'done\n'
}

# First it gets another name, so that it is there or it is not.
delete_skill() {
  mv "./$1" "./$unique" || {
    is_there "./$1" || refuse missing
    refuse "failed write"
  }
  temp=$unique
  [ ! -L "./$temp" ] || refuse changed
  remove_folder "$temp" "$here" || refuse "failed remove"
}

guard "$limit" </dev/null >/dev/null 2>&1 &
guard=$!
trap finish EXIT
trap 'exit 1' HUP INT TERM PIPE
printf 'rdev-config 1\n'
IFS=' ' read -r verb kind name bytes unique now
IFS= read -r base || exit
case $base in
  '?'*)
    base=${base#?}
    [ -d "$base" ] || base=
    ;;
esac
unique=.rdev-$now-$unique
case $verb in
  list) list "$kind" ;;
  read) read_file "$kind" "$name" ;;
  new | put) write "$verb" "$kind" "$name" "$bytes" ;;
  delete) delete "$kind" "$name" ;;
  *) refuse "failed verb" ;;
esac
