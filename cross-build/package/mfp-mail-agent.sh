#!/bin/sh
# /usr/bin/mfp-mail-agent: the agent and its commands, with the Node beside it if there is one, else with the system's.
home=/usr/lib/mfp-mail-agent
node=node
[ -x $home/node/node ] && node=$home/node/node
# Scans never lie in V8's heap; a leak should end the program rather than the device.
exec $node --max-old-space-size=96 $home/mfp-mail-agent.cjs "$@"
