#!/bin/sh
# Keeps the agent running where there is no systemd (BusyBox init): started by the init script, as root; the agent itself runs
# as the user mfpmail. After each end it waits 1, 2, 4 ... 60 s; after 10 ends within 10 minutes, 5 minutes. An agent that ran for
# 10 minutes starts the count anew. Waiting scans stay in the spool meanwhile; the sixth start within 10 minutes is the agent's
# safe mode. An agent that hangs is ended: it counts in a file as long as it answers itself.
#
#   supervise LOG      LOG: "syslog" (through logger), or a file, which is kept below 2 x 256 KiB
user=mfpmail
log=$1
alive=/run/mfp-mail-agent/alive

uptime_s() { read -r seconds _ < /proc/uptime; echo "${seconds%%.*}"; }
note() { logger -t mfp-mail-agent "$1" 2> /dev/null; [ "$log" = syslog ] || echo "$1" >> "$log"; }

# watch PID: ends an agent whose count stands still for 80 s, or that has not begun to count after 5 minutes.
watch() {
  last=
  still=0
  while sleep 20; do
    kill -0 "$1" 2> /dev/null || return
    count=$(cat $alive 2> /dev/null)
    if [ "$count" = "$last" ]; then still=$((still + 1)); else still=0; fi
    last=$count
    most=4
    [ -z "$count" ] && most=15
    if [ $still -ge $most ]; then
      note "the agent does not answer; it is ended"
      kill -KILL "$1"
      return
    fi
  done
}

child=
watcher=
stop() {
  trap '' TERM INT
  kill $watcher 2> /dev/null
  if [ -n "$child" ]; then
    kill -TERM "$child" 2> /dev/null
    wait "$child"
  fi
  kill "$log_keeper" 2> /dev/null
  exit 0
}
trap stop TERM INT

# The agent waits for whoever reads its output: a logger that ends must be replaced, and a file must not fill the memory.
if [ "$log" = syslog ]; then
  pipe=/run/mfp-mail-agent.log
  rm -f $pipe && mkfifo -m 600 $pipe || exit 1
  # Held open at both ends here, so that nobody sees the end of the pipe.
  exec 3<> $pipe
  while :; do logger -t mfp-mail-agent <&3; sleep 1; done &
else
  exec 3>> "$log"
  while sleep 60; do
    if [ "$(wc -c < "$log")" -gt 262144 ]; then cp "$log" "$log.1" && : > "$log"; fi
  done &
fi
log_keeper=$!

export MFP_MAIL_AGENT_ALIVE=$alive
umask 077
ulimit -c 0
ends=
wait_s=1
while :; do
  started=$(uptime_s)
  rm -f $alive
  start-stop-daemon -S -q -c $user:$user -x /usr/bin/mfp-mail-agent -- run >&3 2>&3 3>&- &
  child=$!
  watch $child 3>&- &
  watcher=$!
  wait $child
  code=$?
  child=
  kill $watcher 2> /dev/null
  wait $watcher 2> /dev/null
  watcher=
  now=$(uptime_s)
  [ $((now - started)) -ge 600 ] && ends= && wait_s=1
  # The ends of the last 10 minutes.
  recent=$now
  for at in $ends; do [ $((now - at)) -lt 600 ] && recent="$recent $at"; done
  ends=$recent
  # shellcheck disable=SC2086
  set -- $ends
  pause=$wait_s
  [ $# -ge 10 ] && pause=300
  note "the agent ended with code $code after $((now - started)) s; next start in $pause s"
  sleep $pause &
  child=$!
  wait $child
  child=
  wait_s=$((wait_s * 2))
  [ $wait_s -gt 60 ] && wait_s=60
done
