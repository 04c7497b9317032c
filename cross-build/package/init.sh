#!/bin/sh
# Starts and stops the mail agent on a device with BusyBox init: /etc/init.d/S80mfp-mail-agent start|stop|restart|status
# /etc/default/mfp-mail-agent may set MFP_MAIL_AGENT_LOG (see supervise).
[ -r /etc/default/mfp-mail-agent ] && . /etc/default/mfp-mail-agent
log=${MFP_MAIL_AGENT_LOG:-syslog}
pid_file=/run/mfp-mail-agent.pid

is_running() { [ -s $pid_file ] && kill -0 "$(cat $pid_file)" 2> /dev/null; }

start() {
  is_running && return 0
  # Settings and state lie on the writable partition; a missing one must not keep the agent from starting and saying so.
  for dir in /etc/mfp-mail-agent /var/lib/mfp-mail-agent; do
    mkdir -p -m 0700 $dir 2> /dev/null
    chown -R mfpmail:mfpmail $dir 2> /dev/null
  done
  mkdir -p -m 0750 /run/mfp-mail-agent && chown mfpmail:mfpmail /run/mfp-mail-agent
  start-stop-daemon -S -q -b -m -p $pid_file -x /usr/lib/mfp-mail-agent/supervise -- "$log"
}

stop() {
  is_running || return 0
  pid=$(cat $pid_file)
  kill -TERM "$pid"
  # The agent ends what it sends within 15 s or gives it back to the queue.
  waited=0
  while kill -0 "$pid" 2> /dev/null; do
    if [ $waited -ge 30 ]; then kill -KILL "$pid"; break; fi
    sleep 1
    waited=$((waited + 1))
  done
  rm -f $pid_file
}

case $1 in
  start) start ;;
  stop) stop ;;
  restart) stop && start ;;
  status) if is_running; then echo running; else echo stopped; exit 3; fi ;;
  *) echo "usage: $0 start|stop|restart|status" >&2; exit 2 ;;
esac
