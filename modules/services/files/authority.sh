#!/bin/sh
# A private authority in /etc/ssl/armonic-authority:
#   make NAME YEARS        makes it
#   issue FOLDER DOMAIN…   makes one below it that can sign for these domains alone
set -eu
umask 077
at=/etc/ssl/armonic-authority
verb=$1
shift
if [ "$verb" = make ]; then
	folder=$at/new subject="/CN=$1" days=$(($2 * 365)) path=1 constraints=
	mkdir -p "$at/issued"
else
	folder=$1
	shift
	subject="/CN=Authority of $(printf %.50s "$1")" path=0
	end=$(date -d "$(openssl x509 -in "$at/ca.pem" -noout -enddate | cut -d= -f2)" +%s)
	days=$(((end - $(date +%s)) / 86400))
	constraints="nameConstraints=critical,excluded;IP:0.0.0.0/0.0.0.0,excluded;IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0$(printf ',permitted;DNS:%s' "$@")"
fi
new=$folder.new
rm -r -f "$new"
mkdir -p "$new"
cat >"$new/openssl.cnf" <<EOF
[req]
distinguished_name = none
[none]
[authority]
basicConstraints = critical,CA:TRUE,pathlen:$path
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
$constraints
EOF
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $new/key.pem -config $new/openssl.cnf"
if [ "$verb" = make ]; then
	openssl req -x509 $key -extensions authority -subj "$subject" -days "$days" -out "$new/ca.pem" 2>/dev/null
	mv "$new/key.pem" "$at/key.pem"
	mv "$new/ca.pem" "$at/ca.pem"
	rm -r "$new"
	exit
fi
openssl req -new $key -subj "$subject" -out "$new/request.pem" 2>/dev/null
openssl x509 -req -in "$new/request.pem" -CA "$at/ca.pem" -CAkey "$at/key.pem" -set_serial "0x$(openssl rand -hex 16)" \
	-days "$days" -extfile "$new/openssl.cnf" -extensions authority -out "$new/certificate.pem" 2>/dev/null
rm -r -f "$folder" "$new/request.pem" "$new/openssl.cnf"
mv "$new" "$folder"
