#!/bin/sh
# Tells HAProxy which state the server of a host has. One that gets no new visitors is waited
# for until it has none left, $3 seconds at most.
ask() { echo "$1" | socat stdio unix-connect:/run/haproxy/admin.sock; }

said=$(ask "set server sites/$1 state $2") || exit
test -z "$said" || { echo "HAProxy says: $said" >&2; exit 1; }
test "$2" = drain || exit 0
left=$(($3 * 5))
while [ "$left" -gt 0 ] && ask "show stat" | awk -F, -v server="$1" '$1 == "sites" && $2 == server && $5 > 0 { n++ } END { exit !n }'; do
	left=$((left - 1))
	sleep 0.2
done
