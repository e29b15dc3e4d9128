# Stands before git where the command runs, and sees to what can be known only there.
#
#   sh -c "$this" rdev-git REMOTE STATES COUNT OPERAND… ARGUMENT…
#
# REMOTE has to be configured, unless it is empty; what git's index names and is in one of the STATES (of
# --diff-filter) may not lie beyond a symbolic link; the COUNT operands may not lead over one. Then git gets the
# ARGUMENTs, as they are.
# Needs a POSIX sh and git. RDEV_WORK_DIRECTORY is the project's work directory, without links in it.
#
# git itself looks before it opens, and so do we: someone who may run two commands at once can change a
# directory into a link in between. That shows or changes a file out there; it never runs one.
set -f

fatal() {
  printf 'fatal: %s\n' "$*" >&2
  exit 128
}

# As little of the repository's configuration as possible takes part in the checks.
ask() {
  command git --no-pager -c core.fsmonitor=false -c core.hooksPath=/dev/null -c safe.bareRepository=explicit "$@"
}

# Does path $1, from directory $2, lead over a link? Its end may be one: git does not follow that.
over_link() {
  rest=$1
  lead=$2
  while :; do
    case $rest in
      */*) ;;
      *) return 1 ;;
    esac
    lead=$lead${rest%%/*}
    [ -L "$lead" ] && return
    lead=$lead/
    rest=${rest#*/}
  done
}

base=${RDEV_WORK_DIRECTORY:?}
base=${base%/}
here=$(pwd -P)
case $here/ in
  "$base"/*) ;;
  *) fatal "outside the work directory" ;;
esac
case ${here#"$base"}/ in
  */.git/*) fatal "not inside a .git directory" ;;
esac

# The repository is the one that git will find; above the work directory it finds none. What looks like a bare
# one was brought in by a commit: its configuration, hooks and all, is the work of whoever wrote that. git
# before 2.38 does not know safe.bareRepository.
[ -z "${base%/*}" ] || export GIT_CEILING_DIRECTORIES="${base%/*}"
top=$here
until [ -e "$top/.git" ]; do
  if [ -e "$top/HEAD" ] || [ -L "$top/HEAD" ]; then
    [ -e "$top/commondir" ] || { [ -e "$top/objects" ] && [ -e "$top/refs" ]; } \
      && fatal "a bare repository inside the work directory is not used"
  fi
  case $top in "$base" | '' | /) fatal "not a git repository (inside the work directory)" ;; esac
  top=${top%/*}
done
# Without one, diff would compare any two files.
found=$(ask rev-parse --show-toplevel) || exit 128
[ "$found" = "${top:-/}" ] || fatal "the repository's work tree is $found"
# With .git a file or a link that leads to a folder among the files, a commit would bring the configuration.
common=$(ask rev-parse --git-common-dir) && common=$(cd "$common" && pwd -P) || exit 128
case $common/ in
  "$top"/.git/*) ;;
  "$top"/*) fatal "the repository lies among its own files" ;;
esac

remote=$1
states=$2
count=$3
shift 3
# To git a name that is not configured is a folder, and it would run what hooks that has.
if [ -n "$remote" ]; then
  ask config --get-all "remote.$remote.url" >/dev/null || fatal "'$remote' is not a configured remote"
fi

while [ "$count" -gt 0 ]; do
  # To a pathspec a leading colon is nothing.
  if over_link "$1" "" || over_link "${1#:}" ""; then fatal "'$1' is beyond a symbolic link"; fi
  shift
  count=$((count - 1))
done

# blame, grep, commit, rm and mv open what the index names without a look at links on the way, when a link has
# taken the place of a directory. To git such files are deleted ones, or unmerged, and those diff and add open too.
if [ -n "$states" ]; then
  paths=$(ask -c core.quotePath=false diff-files --no-relative --name-only "--diff-filter=$states") || exit 128
  IFS='
'
  for path in $paths; do
    case $path in
      \"*) fatal "$path is deleted, and its name cannot be checked" ;;
    esac
    if over_link "$path" "$top/"; then fatal "'$path' is beyond a symbolic link"; fi
  done
  unset IFS
fi

exec git "$@"
