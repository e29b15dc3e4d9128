# The far side of a durable command: one session of this script stands beside the processes.
#
#   sh -c "$this" rdev [ROOT]        (needs coreutils or busybox, setsid, grep, /proc)
#
# It greets with `rdev 1 <instance> <root>`, reads one instruction from stdin and answers with one
# line. What a command writes is kept in <root>/<name>/ and streamed from there, so that neither the
# server nor the connection is needed for the command to live, to write or to end.
#
#   <name>/o, e         FIFOs the command writes into; a pump each copies them into the files out, err
#   <name>/t            FIFO by which the first follower learns whom it follows for
#   <name>/supervisor   "<pid> <start time>" of the session that runs the command
#   <name>/pid          the same of the command's leader; empty until it is really launched
#   <name>/owner        "<token> <pid> <start time> <tail> <tail>" of who streams it to a server
#   <name>/exit         spaces, then the record of the end, written in place: a full disk cannot lose it
#   <name>/lost         first byte "x" once a pump could not write
#   <name>/kill/        who kills it, and the receipt
#   <name>/tombstone    it never started and never will
#   .stage-<uuid>/      a spool that waits for its command and its name
#
# Variables are prefixed r_, because one that the environment exported would pass our value on to the
# command. RDEV_ ones are still needed after the request's own variables were exported, which may have
# any other name.
# Words are split on purpose wherever quotes are missing (globbing is off); files are called exit and pid.
# shellcheck disable=SC2086,SC2238,SC2209,SC2317
set -f
umask 077

# Our own tools need no locale, and would read its dozen files at each start: half of their time. The command
# gets its own back.
r_locale=${LC_ALL-}
r_localized=${LC_ALL+yes}
export LC_ALL=C

# Where the session began is where a project without a base directory works.
r_home=$PWD

r_newline='
'

# The server may vanish while we write to it. A handler, not '': what is ignored stays ignored in children.
trap : PIPE

fail() {
  printf 'failed %s\n' "$*"
  exit 0
}

# r_now := hundredths of a second since the machine started; sh has no clock of its own.
clock() {
  read -r r_now r_x </proc/uptime
  r_now=${r_now%.*}${r_now#*.}
}

nap() {
  sleep "$r_nap"
}

# r_found := the path of program $1, without a fork.
find_program() {
  r_found=
  r_ifs=$IFS
  IFS=:
  for r_x in $PATH; do
    if [ -f "${r_x:-.}/$1" ] && [ -x "${r_x:-.}/$1" ]; then
      r_found=${r_x:-.}/$1
      break
    fi
  done
  IFS=$r_ifs
  [ -n "$r_found" ]
}

# r_pid, r_start := number and start time of process $1 (or `self`); false when it is gone or a zombie.
# A number alone lies: it is used again. The name in the middle may hold blanks, parentheses, newlines.
identify() {
  r_start=
  r_stat=
  { while read -r r_x; do r_stat="$r_stat$r_x "; done; } 2>/dev/null <"/proc/$1/stat" || return 1
  r_pid=${r_stat%% *}
  set -- ${r_stat##*) }
  case ${1-Z} in [ZX]) return 1 ;; esac
  r_start=${20-}
  [ -n "$r_start" ]
}

# Is process $1 with start time $2 alive?
alive() {
  [ -n "${1-}" ] && identify "$1" && [ "$r_start" = "${2-}" ]
}

# Does what the file $1 names ("<pid> <start time>") live?
alive_in() {
  r_a=
  r_b=
  { read -r r_a r_b; } 2>/dev/null <"$1"
  alive "$r_a" "$r_b"
}

# r_record := the record of the end; false while there is none.
ended() {
  r_record=
  { read -r r_record; } 2>/dev/null <exit
  case $r_record in
    exit=*' .') r_record=${r_record% .} ;;
    *)
      r_record=
      return 1
      ;;
  esac
}

# ---- The root and its instance ----------------------------------------------------------------------

# The instance is made once per root and boot of the machine: link() has one winner, and its file is whole.
make_instance() {
  read -r r_id </proc/sys/kernel/random/uuid || return 1
  r_nap=0.02
  sleep 0.01 2>/dev/null || r_nap=1
  # How files are followed. GNU tail waits for inotify, except where it distrusts it (overlayfs): there
  # it polls. Others look once a second, so we read for them.
  r_mode=cat
  case $(tail --version 2>/dev/null) in
    *GNU*)
      case $(stat -f -c %T "$r_root" 2>/dev/null) in
        ext* | xfs | tmpfs | btrfs | ramfs | zfs | f2fs) r_mode=inotify ;;
        *) r_mode=poll ;;
      esac
      ;;
  esac
  { printf '%s %s %s\n' "$r_id" "$r_mode" "$r_nap" >"$1.$$"; } 2>/dev/null || return 1
  ln "$1.$$" "$1" 2>/dev/null
  rm -f "$1.$$"
}

open_root() {
  if [ -n "${1-}" ]; then set -- "$1"; else set -- /tmp/.rdev /dev/shm/.rdev; fi
  read -r r_boot </proc/sys/kernel/random/boot_id || fail "no /proc here"
  for r_root; do
    [ -d "$r_root" ] || mkdir -p "$r_root" 2>/dev/null
    # Somebody else's directory under a name that all know is no place for ours.
    # shellcheck disable=SC3067 # dash, bash and busybox all have -O
    if [ -d "$r_root" ] && [ ! -L "$r_root" ] && [ -O "$r_root" ] && [ -w "$r_root" ]; then
      [ -e "$r_root/instance-$r_boot" ] || make_instance "$r_root/instance-$r_boot"
      if read_instance; then return; fi
    fi
  done
  fail "no usable spool directory"
}

read_instance() {
  r_instance=
  { read -r r_instance r_mode r_nap; } 2>/dev/null <"$r_root/instance-$r_boot"
  [ -n "$r_instance" ]
}

# Ends here when the caller means another instance than this one.
same_instance() {
  read_instance || fail "the spool directory is gone"
  [ "$1" = "$r_instance" ] && return
  printf 'instance %s\n' "$r_instance"
  exit 0
}

# ---- Following --------------------------------------------------------------------------------------

# From now on TERM ends what is started last, and then us: an orphan would stay a zombie under a PID 1 that reaps
# nothing, or run on. To be called before anything is started, for TERM may come at any moment. KILL, for a child that
# is not its program yet has our trap, and forgets it together with the signal.
take_along() {
  r_before=$!
  trap '[ "$!" = "$r_before" ] || kill -KILL "$!" 2>/dev/null; wait; exit' TERM
}

# Runs "$@" where TERM takes it along. fd 3 is its stdin.
child() {
  "$@" <&3 3<&- &
  wait "$!"
}

# Sends file $1 from offset $2 on, until it is ended or the supervisor $3 is gone.
stream() {
  if [ "$r_mode" = inotify ]; then
    exec tail -s 5 --pid="$3" -c "+$(($2 + 1))" -f "$1"
  fi
  take_along
  # The readers share the offset of fd 3: each goes on where the one before it stopped.
  exec 3<"$1"
  child tail -c "+$(($2 + 1))"
  r_turn=0
  r_at=
  while child cat; do
    read -r r_x r_pos <"/proc/self/fdinfo/3"
    if [ "$r_pos" = "$r_at" ]; then r_turn=$((r_turn + 1)); else r_turn=0; fi
    r_at=$r_pos
    if [ "$r_nap" = 1 ]; then
      child sleep 1
    elif [ "$r_turn" -gt 10 ]; then
      [ "$r_mode" = poll ] && exec tail -s 0.05 --pid="$3" -c "+$((r_pos + 1))" -f "$1" 3<&-
      child sleep 0.2
    elif [ "$r_turn" -gt 2 ]; then
      child sleep 0.01
    fi
    if [ $((r_turn % 25)) = 24 ] && ! identify "$3"; then
      child cat
      return
    fi
  done
}

# Obeys the server's control lines, which come on stdin. $1, $2: the streams, if they still run.
control() {
  while read -r r_word; do
    case $r_word in 'done' | bye) break ;; esac
  done
  # From here on nobody may interrupt: a half removed spool would look like a broken one.
  trap '' TERM
  kill ${1:+"$1" "$2"}
  # The outcome is committed elsewhere.
  [ "$r_word" = 'done' ] && rm -rf "$r_dir"
}

# Begins to send out and err from offsets $1 and $2 while supervisor $3 lives; TERM ends it.
start_streams() {
  stream out "$1" "$3" 2>/dev/null 3<&- &
  r_tail_out=$!
  stream err "$2" "$3" >&2 2>/dev/null 3<&- &
  r_tail_err=$!
  trap 'kill $r_tail_out $r_tail_err' TERM
  # Only the streams hold the session's pipes: when they end, the server sees the end of file.
  exec >/dev/null 2>&1
}

# Follows with these streams for the owner with token $1. fd 3 is the session's stdin, the rest is ours
# alone; TERM ends it with all its children.
follow() {
  control "$r_tail_out" "$r_tail_err" <&3 3<&- &
  r_control=$!
  exec 3<&- </dev/null
  identify self
  r_owner="$1 $r_pid $r_start"
  identify "$r_tail_out"
  r_owner="$r_owner $r_tail_out $r_start"
  identify "$r_tail_err"
  printf '%s\n' "$r_owner $r_tail_err $r_start" >owner
  # Twice, for a signal ends a wait early.
  wait "$r_tail_out"
  wait "$r_tail_out"
  wait "$r_tail_err"
  wait "$r_tail_err"
  kill "$r_control"
  wait "$r_control"
}

# A follower that waits on its stdin for the owner's token and the spool's name, or for the end of file.
stand_by() {
  # A stream that has to poll would do so all the time.
  r_tail_out=
  [ "$r_mode" = inotify ] && start_streams 0 0 "$$"
  if ! read -r r_token r_dir; then
    [ -z "$r_tail_out" ] || kill "$r_tail_out" "$r_tail_err"
    wait
    exit
  fi
  [ -n "$r_tail_out" ] || start_streams 0 0 "$$"
  follow "$r_token"
}

# Ends who followed before. Blocked in a write that nobody will ever read, it hears nothing else.
end_follower() {
  read -r r_x r_f r_f_start r_t r_t_start r_u r_u_start <owner || return
  alive "$r_f" "$r_f_start" && kill -TERM "$r_f"
  clock
  r_until=$((r_now + 100))
  while alive "$r_f" "$r_f_start" && [ "$r_now" -lt "$r_until" ]; do
    nap
    clock
  done
  alive "$r_f" "$r_f_start" && kill -KILL "$r_f"
  alive "$r_t" "$r_t_start" && kill -KILL "$r_t"
  alive "$r_u" "$r_u_start" && kill -KILL "$r_u"
} 2>/dev/null

# adopt <name> <marker> <token> <instance> <offset in out> <offset in err>
adopt() {
  r_marker=$2 r_token=$3
  same_instance "$4"
  r_dir=$r_root/$1
  # Whoever takes the name decides whether the command ever starts; so does a start.
  if ! [ -d "$r_dir" ]; then
    { make_stage && printf 'never\n' >tombstone; } || fail "the spool cannot be written"
    take_name "$1"
  fi 2>/dev/null
  cd "$r_dir" 2>/dev/null || fail "the spool of the command cannot be read"
  if [ -e tombstone ]; then
    printf 'tombstone\n'
    exit 0
  fi
  r_former=0
  { read -r r_former r_x; } 2>/dev/null <owner
  if [ "${r_former:-0}" -gt "$r_token" ]; then
    printf 'stale\n'
    exit 0
  fi
  end_follower
  { printf '%s\n' "$r_token" >owner; } 2>/dev/null
  # First whether it lives, then whether it ended: the other order would miss an end in between.
  if alive_in supervisor && ! ended; then
    read -r r_x r_y <supervisor
    printf 'following\n'
    exec 3<&0
    start_streams "$5" "$6" "$r_x"
    follow "$r_token"
    exit 0
  fi
  # What there is, and the marker behind it, by which the server knows that it has all.
  if ended; then printf 'ended %s\n' "$r_record"; else printf 'lost\n'; fi
  tail -c "+$(($5 + 1))" out 2>/dev/null && printf '%s\n' "$r_marker${r_record:-lost}" &
  tail -c "+$(($6 + 1))" err 2>/dev/null >&2 && printf '%s\n' "$r_marker" >&2 &
  wait
  exec >/dev/null 2>&1
  control
}

# ---- Running ----------------------------------------------------------------------------------------

# Copies the FIFO on fd 8 to the file on fd 9. Ended by TERM, or failing, it goes on reading into the
# void: a full disk or a daemon left behind must not get SIGPIPE, nor block for ever.
pump() {
  r_over=
  trap 'r_over=yes; kill "$r_cat"' TERM
  # A backstop: without a server nobody else counts. Blocks of 512, as POSIX says.
  # shellcheck disable=SC3045 # dash, bash and busybox all have -c
  ulimit -c 0
  ulimit -f "$((r_limit / 512 + 2048))"
  cat <&8 >&9 8<&- 9>&- &
  r_cat=$!
  wait "$r_cat" && exit
  # Twice, for a signal ends a wait early.
  wait "$r_cat"
  if [ -z "$r_over" ]; then
    read -r r_x r_pos </proc/self/fdinfo/9
    # At the backstop it is the limit's doing, which the server knows from the bytes it has.
    [ "$r_pos" -gt "$r_limit" ] || printf x 1<>lost
  fi
  exec cat <&8 >/dev/null 8<&- 9>&-
}

# Ends the command when no server did so in time.
watchdog() {
  take_along
  sleep "$1" &
  wait "$!"
  trap '' TERM
  kill_command watchdog 5
}

# The last line of the launch file; "$@" is the program, or the shell command.
rdev_run() {
  # Written only now that the launch file was read to its end: with half of one, nothing runs.
  printf '%s\n' "$RDEV_identity" >&9
  # It may hold secrets.
  [ ! -e "$RDEV_launch" ] || printf '' >"$RDEV_launch"
  exec 9>&-
  if [ "$RDEV_kind" = shell ]; then set -- "$RDEV_shell" -c -- "$1"; fi
  unset OLDPWD
  # A session, and so a group, of its own. setsid would fork if we led a group: we do not, being a subshell.
  exec "$RDEV_setsid" -- "$@"
}

# Becomes the command: fds 0, 1 and 2 are its own.
lead() {
  exec 4>&- 5>&- 6>&- 9>pid
  if [ -n "$r_localized" ]; then LC_ALL=$r_locale; else unset LC_ALL; fi
  identify self
  RDEV_identity="$r_pid $r_start"
  RDEV_launch=$r_dir/launch
  RDEV_kind=$r_kind
  find_program setsid
  RDEV_setsid=$r_found
  find_program bash || find_program sh
  RDEV_shell=$r_found
  RDEV_COMMAND_ID=${r_name%.*}
  RDEV_WORK_DIRECTORY=${r_top:-/}
  export RDEV_COMMAND_ID RDEV_WORK_DIRECTORY
  cd "$r_cwd" || exit 126
  if [ -n "$r_launch" ]; then
    eval "$r_launch"
  else
    # shellcheck disable=SC1090
    . "$RDEV_launch"
  fi
  exit 126
}

# r_younger := the processes younger than the leader $1 that are not the supervisor's: numbers are given in a
# circle, theirs lie between the leader's and the last one given. False when that may have come round since the
# leader was started at $2.
find_younger() {
  read -r r_x r_x r_x r_x r_last </proc/loadavg
  clock
  [ "${r_last:-0}" -ge "$1" ] && [ "$((r_now - $2))" -lt 100 ] || return
  r_younger=
  set +f
  for r_y in /proc/[0-9]*; do
    r_y=${r_y#/proc/}
    { [ "$r_y" -gt "$1" ] && [ "$r_y" -le "$r_last" ] && identify "$r_y"; } || continue
    r_parent=${r_stat##*) }
    r_parent=${r_parent#* }
    case " $$ $r_follower $r_pump_out $r_pump_err $r_watchdog " in
      *" ${r_parent%% *} "*) ;;
      *) r_younger="$r_younger /proc/$r_y/environ /proc/$r_y/stat" ;;
    esac
  done
  set -f
}

# r_background := how many live processes of the command there are: in its session, or with its mark. $1 is
# when it was started.
count_background() {
  r_background=0
  if [ -n "$r_leader" ] && find_younger "$r_leader" "$1"; then
    [ -n "$r_younger" ] || return
  else
    r_younger='/proc/[0-9]*/environ /proc/[0-9]*/stat'
  fi
  set +f
  r_found=$(grep -lszE -e "^RDEV_COMMAND_ID=${r_name%.*}\$" \
    -e "\\) [A-WY] [0-9]+ [0-9]+ ${r_leader:-none} -?[0-9]+ -?[0-9]+ [0-9]+ [0-9]+ [0-9]+" $r_younger)
  set -f
  r_counted=' '
  for r_x in $r_found; do
    r_x=${r_x#/proc/}
    r_x=${r_x%/*}
    case $r_counted in
      *" $r_x "*) ;;
      *)
        r_background=$((r_background + 1))
        r_counted="$r_counted$r_x "
        ;;
    esac
  done
}

# The stream is still held by processes left behind. Puts the trailer $1 behind what they have written so
# far, through FIFO $2 to file $3 (our fd $4), and lets their pump $5 go on into the void.
# False when the trailer did not get there.
cut_stream() {
  read -r r_x r_pos <"/proc/self/fdinfo/$4"
  # For reading too, or it would block without a reader.
  printf '%s\n' "$1" 1<>"$2"
  clock
  r_until=$((r_now + 300))
  while :; do
    # What is alive before we look has written what it will write of it after.
    r_x=
    identify "$5" && r_x=alive
    read -r r_y <lost
    if tail -c "+$((r_pos + 1))" "$3" | grep -qF -e "$r_marker"; then
      kill -TERM "$5"
      return 0
    fi
    clock
    [ -n "$r_x" ] && [ "$r_y" != x ] && [ "$r_now" -lt "$r_until" ] || return 1
    nap
  done
}

# Makes a directory of its own for a spool, and goes there.
make_stage() {
  read -r r_stage </proc/sys/kernel/random/uuid || return
  r_stage=.stage-$r_stage
  mkdir "$r_root/$r_stage" && cd "$r_root/$r_stage" || return
}

# Gives the stage the name $1. True for one caller ever: a name is never seen empty, and what is moved to a
# directory that is there already ends up inside it.
take_name() {
  mv "$r_root/$r_stage" "$r_root/$1" || return
  if [ -d "$r_root/$1/$r_stage" ]; then
    rm -rf "${r_root:?}/$1/$r_stage"
    return 1
  fi
  r_stage=
} 2>/dev/null

# Prepares a spool, with all that need not know which command it will be for: half of a short one's time.
# fd 3 is the session's stdin; 4, 5 and 6 are the files exit, out and err, held open so that the end can be
# told even where the directory was removed; 7 and 8 hold the FIFOs open for the pumps until the command
# does; 9 leads to the follower. When this process ends, so do pumps and follower. Subshells in parentheses,
# for a function with redirections keeps copies of what they replace.
stage() {
  r_limit=$1
  {
    make_stage && mkfifo o e t && printf '%200s\n' '' >exit && printf -- '-\n' >lost && identify self \
      && printf '%s\n' "$r_pid $r_start" >supervisor && printf '' >pid && printf '' >out && printf '' >err
  } 2>/dev/null || return
  exec 3<&0 4<>exit 5>>out 6>>err 7<>o 8<>e 9<>t
  (stand_by) <t 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
  r_follower=$!
  (pump) 8<o 9>&5 3<&- 4>&- 5>&- 6>&- 7>&- </dev/null >/dev/null 2>&1 &
  r_pump_out=$!
  (pump) 8<e 9>&6 3<&- 4>&- 5>&- 6>&- 7>&- </dev/null >/dev/null 2>&1 &
  r_pump_err=$!
}

# Takes back what was staged; who waits there sees the end of file, and is waited for: orphans would stay
# zombies.
unstage() {
  if [ -n "$r_stage" ]; then
    exec 3<&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
    wait
    rm -rf "${r_root:?}/$r_stage"
  fi
  r_stage=
}

# run <name> <marker> <token> <instance> <watchdog seconds> <limit bytes> <kind> <launch> <stdin bytes>
# and then the lines base directory, workdir, program that must exist; the launch file; stdin. <launch> is
# the size of the launch file, or `lines:<n>` for a short one of plain text, which needs no file.
run() {
  r_name=$1 r_marker=$2 r_token=$3 r_kind=$7
  IFS= read -r r_base
  IFS= read -r r_workdir
  IFS= read -r r_program
  r_launch=
  r_launch_bytes=$8
  case $8 in
    lines:*)
      r_launch_bytes=0
      r_turn=${8#lines:}
      while [ "$r_turn" -gt 0 ]; do
        IFS= read -r r_x || fail "the request did not come whole"
        r_launch="$r_launch$r_x$r_newline"
        r_turn=$((r_turn - 1))
      done
      ;;
  esac
  same_instance "$4"
  find_program setsid || fail "setsid is missing"

  case $r_base in
    '?'*)
      r_base=${r_base#?}
      [ -d "$r_base" ] || r_base=
      ;;
  esac
  cd -P "${r_base:-${r_home:-.}}" 2>/dev/null || fail "the work directory of the project cannot be entered"
  r_top=${PWD%/}
  if [ -n "$r_workdir" ]; then
    cd -P "./$r_workdir" 2>/dev/null || fail "workdir cannot be entered"
    case $PWD/ in
      "$r_top"/*) ;;
      *) fail "workdir leaves the work directory" ;;
    esac
  fi
  r_cwd=$PWD
  # From here: a path may lead from the work directory.
  if [ -n "$r_program" ]; then
    command -v "$r_program" >/dev/null || fail "program not found: $r_program"
  fi

  [ -n "$r_stage" ] || stage "$6" || fail "the spool cannot be written"
  r_in=/dev/null
  if ! {
    cd "$r_root/$r_stage" && printf '%s\n' "$r_token" >owner \
      && { [ -n "$r_launch" ] || head -c "$((r_launch_bytes + $9))" >launch; }
  } 2>/dev/null; then
    fail "the spool cannot be written"
  fi
  if [ "$9" -gt 0 ]; then
    # Half an input must not run; of half a launch file the missing last line takes care.
    r_in=in
    if ! { [ "$(wc -c <launch)" -eq "$((r_launch_bytes + $9))" ] \
      && tail -c "+$((r_launch_bytes + 1))" launch >in && head -c "$r_launch_bytes" launch >half && mv half launch; } 2>/dev/null; then
      fail "the spool cannot be written, or the request did not come whole"
    fi
  fi
  # Whoever takes the name decides whether the command ever starts; so does an adopter.
  r_dir=$r_root/$r_name
  if ! take_name "$r_name"; then
    [ -d "$r_dir" ] || fail "the spool cannot be written"
    printf 'refused\n'
    exit 0
  fi

  printf 'started\n'
  printf '%s\n' "$r_token $r_dir" >&9
  exec </dev/null >/dev/null 2>&1 3<&- 9>&-
  (watchdog "$5") 4>&- 5>&- 6>&- 7>&- 8>&- &
  r_watchdog=$!
  clock
  r_begin=$r_now

  # In the foreground: what a shell starts with & ignores INT and QUIT for ever.
  (lead) <"$r_in" >o 2>e 7>&- 8>&-
  r_exit=$?

  r_leader=
  read -r r_leader r_x <pid
  r_started=1
  [ -n "$r_leader" ] || r_started=0
  exec 7>&- 8>&-
  # Who is being killed is not left behind.
  while [ -e kill/first ] && [ ! -s kill/receipt ] && alive_in kill/by; do nap; done
  count_background "$r_begin"
  # The streams end at the end of file, or when it has not come in time. As a rule they do at once: shorter
  # than any nap.
  clock
  r_until=$((r_now + 30))
  while identify "$r_pump_out" || identify "$r_pump_err"; do
    clock
    [ "$r_now" -lt "$r_until" ] || break
    [ "$r_now" -lt "$((r_until - 28))" ] || nap
  done
  r_held_out=
  r_held_err=
  identify "$r_pump_out" && r_held_out=yes
  identify "$r_pump_err" && r_held_err=yes
  r_lost=0
  read -r r_x <lost
  [ "$r_x" = x ] && r_lost=1
  r_killed=0
  [ -e kill/first ] && r_killed=1
  r_record="exit=$r_exit started=$r_started lost=$r_lost background=$r_background killed=$r_killed"

  # Whose pump lost bytes reads into the void by now.
  [ -n "$r_held_out" ] && { cut_stream "$r_marker$r_record" o out 5 "$r_pump_out" || r_held_out=; }
  [ -n "$r_held_err" ] && { cut_stream "$r_marker" e err 6 "$r_pump_err" || r_held_err=; }
  # The sizes tell an adopter where output ends if there is no room for the trailers.
  r_size_out=-1
  r_size_err=-1
  [ -n "$r_held_out" ] || read -r r_x r_size_out </proc/self/fdinfo/5
  [ -n "$r_held_err" ] || read -r r_x r_size_err </proc/self/fdinfo/6
  printf '%s\n' "$r_record out=$r_size_out err=$r_size_err ." >&4
  r_told=yes
  [ -n "$r_held_out" ] || printf '%s\n' "$r_marker$r_record" >&5 || r_told=
  [ -n "$r_held_err" ] || printf '%s\n' "$r_marker" >&6 || r_told=
  exec 4>&- 5>&- 6>&-

  kill -TERM "$r_watchdog"
  # The server comes again and is told the record.
  [ -n "$r_told" ] || kill -TERM "$r_follower"
  r_turn=0
  while identify "$r_follower" && [ "$r_turn" -lt 60 ]; do
    r_turn=$((r_turn + 1))
    sleep 1
  done
  kill -TERM "$r_follower"
  # Also for what reads into the void: PID 1 may be one that reaps nothing.
  wait
}

# ---- Killing ----------------------------------------------------------------------------------------

# r_members := "<pid>:<start time> …", the live processes of the command: its group, its session, their
# descendants, whatever carries its mark, and whoever was one of them when we first looked (a parent's
# death hides a descendant). r_seen gathers all there ever were, r_noted those there were while r_noting;
# r_group := anyone left in the group?
find_members() {
  set +f
  r_table=$(grep -sHoE '\) [A-WY]( -?[0-9]+){19}' /proc/[0-9]*/stat)
  r_marked=$(grep -lszxF -e "RDEV_COMMAND_ID=${r_name%.*}" /proc/[0-9]*/environ)
  set -f
  r_marked=" $(printf '%s ' $r_marked)"
  r_members=
  r_numbers=' '
  r_group=
  r_grew=yes
  while [ -n "$r_grew" ]; do
    r_grew=
    r_ifs=$IFS
    IFS=$r_newline
    for r_line in $r_table; do
      IFS=$r_ifs
      r_pid=${r_line#/proc/}
      r_pid=${r_pid%%/*}
      case $r_numbers in *" $r_pid "*) continue ;; esac
      set -- ${r_line##*) }
      if [ "$3" = "$r_leader" ]; then r_group=yes; fi
      if [ "$3" = "$r_leader" ] || [ "$4" = "$r_leader" ] || [ "$r_pid" = "$r_leader" ]; then
        :
      else
        case "$r_numbers|$r_marked|$r_seen" in
          *" $2 "*"|"*"|"* | *"|"*" /proc/$r_pid/environ "*"|"* | *"|"*"|"*" $r_pid:${20} "*) ;;
          *) continue ;;
        esac
      fi
      r_grew=yes
      r_numbers="$r_numbers$r_pid "
      r_members="$r_members $r_pid:${20}"
      case $r_seen in *" $r_pid:${20} "*) ;; *) r_seen="$r_seen$r_pid:${20} " ;; esac
      [ -n "$r_noting" ] || continue
      case $r_noted in *" $r_pid:${20} "*) ;; *) r_noted="$r_noted$r_pid:${20} " ;; esac
    done
    IFS=$r_ifs
  done
}

# Ends the command in the current directory for reason $1 after a grace of $2 seconds; prints the receipt.
kill_command() {
  r_reason=$1
  r_grace=$(($2 * 100))
  clock
  r_begin=$r_now
  # It may be on its way.
  r_leader=
  until { read -r r_leader r_leader_start; } 2>/dev/null <pid && [ -n "$r_leader" ]; do
    clock
    if [ -e tombstone ] || [ "$r_now" -gt "$((r_begin + 200))" ]; then
      printf 'none\n'
      return
    fi
    if ended; then
      printf 'ended\n'
      return
    fi
    nap
  done
  # One does it, the others wait for its receipt, and go on in its place should it die.
  r_until=$((r_begin + r_grace + 200))
  until mkdir kill 2>/dev/null; do
    if [ -s kill/receipt ]; then
      read -r r_receipt <kill/receipt
      printf '%s\n' "$r_receipt"
      return
    fi
    clock
    if [ -s kill/by ] && ! alive_in kill/by || [ "$r_now" -gt "$r_until" ]; then break; fi
    nap
  done
  identify self
  printf '%s\n' "$r_pid $r_start" 2>/dev/null >kill/by
  if [ ! -e kill/first ] && { ended || ! alive "$r_leader" "$r_leader_start"; }; then
    rm -rf kill
    printf 'ended\n'
    return
  fi

  # Counted is who was there when signals were sent; what came and went by itself in between is not.
  r_seen=' '
  r_noted=' '
  r_noting=yes
  find_members
  r_noting=
  printf '' >kill/first
  r_signals=TERM
  kill -TERM "-$r_leader"
  # Before it leads its own group.
  [ -n "$r_group" ] || kill -TERM "$r_leader"
  clock
  r_until=$((r_now + r_grace))
  r_turn=0
  find_members
  while [ -n "$r_members" ] && [ -n "$r_group" ] && [ "$r_now" -lt "$r_until" ]; do
    r_turn=$((r_turn + 1))
    if [ "$r_turn" -gt 5 ] && [ "$r_nap" != 1 ] && [ "$((r_until - r_now))" -gt 10 ]; then sleep 0.1; else nap; fi
    find_members
    clock
  done

  if [ -n "$r_members" ]; then
    r_signals=TERM,KILL
    r_noting=yes
    r_until=$((r_now + 60))
    while [ -n "$r_members" ] && [ "$r_now" -lt "$r_until" ]; do
      # Stopped first, so that none has a child while we go through the list.
      for r_x in $r_members; do kill -STOP "${r_x%:*}"; done
      find_members
      for r_x in $r_members; do kill -KILL "${r_x%:*}"; done
      nap
      find_members
      clock
    done
  fi

  r_killed=0
  for r_x in $r_noted; do r_killed=$((r_killed + 1)); done
  r_survivors=
  r_turn=0
  for r_x in $r_members; do
    r_killed=$((r_killed - 1))
    r_turn=$((r_turn + 1))
    [ "$r_turn" -gt 20 ] && continue
    r_y=$(tr -cd 'A-Za-z0-9_./+:-' <"/proc/${r_x%:*}/comm")
    r_survivors="$r_survivors${r_survivors:+,}${r_x%:*}:${r_y:-unknown}"
  done
  r_receipt="receipt reason=$r_reason signals=$r_signals killed=$r_killed survivors=$r_survivors"
  # To the file first: nobody may be listening any more.
  printf '%s\n' "$r_receipt" >kill/receipt.new && mv kill/receipt.new kill/receipt
  printf '%s\n' "$r_receipt"
} 2>/dev/null

# ---- Tidying ----------------------------------------------------------------------------------------

# Removes what nobody came back for in three days and nobody runs any more.
sweep() {
  touch -d "@$(($(date +%s) - 259200))" "$r_root/.old" || return
  set +f
  for r_dir in "$r_root"/*.*/ "$r_root"/.stage-*/ "$r_root"/instance-*; do
    # shellcheck disable=SC3013 # dash, bash and busybox all have -ot
    [ "$r_dir" -ot "$r_root/.old" ] || continue
    if [ -d "$r_dir" ]; then
      # shellcheck disable=SC3013
      if [ -e "$r_dir/out" ] && ! [ "$r_dir/out" -ot "$r_root/.old" ]; then continue; fi
      alive_in "$r_dir/supervisor" && continue
    elif [ "$r_dir" = "$r_root/instance-$r_boot" ]; then
      continue
    fi
    rm -rf "$r_dir"
  done
  set -f
} 2>/dev/null

# ---- One instruction --------------------------------------------------------------------------------

r_stage=
trap unstage EXIT
open_root "${1-}"
printf 'rdev 1 %s %s\n' "$r_instance" "$r_root"
read -r r_line || exit 0
case $r_line in
  'stage '*)
    # A full disk is for the command to hear of.
    stage "${r_line#* }" || unstage
    read -r r_line || exit 0
    ;;
esac
set -- $r_line
r_word=$1
shift
[ "$r_word" = run ] || unstage
case $r_word:${1-} in
  run:[!.]* | adopt:[!.]*) "$r_word" "$@" ;;
  kill:[!.]*)
    r_name=$1
    if cd "$r_root/$r_name" 2>/dev/null; then
      kill_command "$2" "$3"
    else
      printf 'none\n'
    fi
    ;;
  clean:[!.]*)
    rm -rf "${r_root:?}/$1"
    printf 'clean\n'
    ;;
  sweep:)
    sweep
    printf 'swept\n'
    ;;
  *) fail "unknown instruction" ;;
esac
exit 0
