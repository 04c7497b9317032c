#!/bin/sh
# Keeps the agent running where there is no systemd (BusyBox init): started by the init script, as root; the agent itself runs
# as the user mfpmail. After each end it waits 1, 2, 4 ... 60 s; after 5 ends within 10 minutes, 5 minutes. An agent that ran for
# 10 minutes starts the count anew. Waiting scans stay in the spool meanwhile.
#
#   supervise LOG      LOG: "syslog" (through logger), or a file, which is kept below 2 x 256 KiB
user=mfpmail
log=$1

uptime_s() { read -r seconds _ < /proc/uptime; echo "${seconds%%.*}"; }
note() { logger -t mfp-mail-agent "$1" 2> /dev/null; [ "$log" = syslog ] || echo "$1" >> "$log"; }

child=
stop() {
  trap '' TERM INT
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

umask 077
ulimit -c 0
ends=
wait_s=1
while :; do
  started=$(uptime_s)
  start-stop-daemon -S -q -c $user:$user -x /usr/bin/mfp-mail-agent -- run >&3 2>&3 3>&- &
  child=$!
  wait $child
  code=$?
  child=
  now=$(uptime_s)
  [ $((now - started)) -ge 600 ] && ends= && wait_s=1
  # The ends of the last 10 minutes.
  recent=$now
  for at in $ends; do [ $((now - at)) -lt 600 ] && recent="$recent $at"; done
  ends=$recent
  # shellcheck disable=SC2086
  set -- $ends
  pause=$wait_s
  [ $# -ge 5 ] && pause=300
  note "the agent ended with code $code after $((now - started)) s; next start in $pause s"
  sleep $pause &
  child=$!
  wait $child
  child=
  wait_s=$((wait_s * 2))
  [ $wait_s -gt 60 ] && wait_s=60
done
