#!/bin/sh
# Has a certificate in /etc/ssl/armonic/NAME, as /etc/ssl/armonic-certificates/NAME says:
#   armonic-certificate NAME sign     makes one with the authority that the host has for its domains,
#                                     if there is none, or it ends within thirty days
#   armonic-certificate NAME copy     takes that of certbot
#   armonic-certificate NAME remove
# The service that uses it reads it then.
set -eu
umask 077
name=$1
at=/etc/ssl/armonic/$name own=/etc/ssl/armonic-authorities/$name
if [ "$2" = remove ]; then
	[ ! -d "/etc/letsencrypt/live/$name" ] || certbot delete --non-interactive --cert-name "$name"
	rm -r -f "$at"
	[ ! -d /etc/ssl/armonic ] || rmdir --ignore-fail-on-non-empty /etc/ssl/armonic
	exit
fi
. "/etc/ssl/armonic-certificates/$name"
(umask 022 && mkdir -p /etc/ssl/armonic)
mkdir -p "$at"
cd "$at"
if [ "$2" = copy ]; then
	cat "/etc/letsencrypt/live/$name/fullchain.pem" >new.pem
	cat "/etc/letsencrypt/live/$name/privkey.pem" >new.key
elif (openssl x509 -in certificate.pem -noout -checkend 2592000 && openssl verify -partial_chain -trusted "$own.pem" certificate.pem) >/dev/null 2>&1; then
	cat certificate.pem >new.pem
	cat certificate.pem.key >new.key
else
	cat >new.cnf <<EOF
[req]
distinguished_name = none
[none]
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:$(echo "$DOMAINS" | sed 's/ /,DNS:/g')
EOF
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key -config new.cnf -subj "/CN=$(printf %.64s "$name")" -out new.csr
	openssl x509 -req -in new.csr -CA "$own.pem" -CAkey "$own.key" -set_serial "0x$(openssl rand -hex 16)" \
		-days 90 -extfile new.cnf -extensions server -out new.pem
	cat "$own.pem" >>new.pem
	rm new.csr new.cnf
fi
chgrp "$GROUP" "$at" new.key
chmod 750 "$at"
chmod 640 new.key
chmod 644 new.pem
if cmp -s new.pem certificate.pem; then
	mv new.key certificate.pem.key
	rm new.pem
	exit
fi
mv new.key certificate.pem.key
mv new.pem certificate.pem
echo "$name has a new certificate"
if systemctl --quiet is-active "$SERVICE"; then
	systemctl "$ACTION" "$SERVICE"
fi
