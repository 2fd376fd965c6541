#!/bin/sh
# Has certbot get a certificate, and renew it by its timer: NAME SERVER DOMAIN…
set -eu
name=$1 server=$2
shift 2
# Web servers and balancers of Armonic forward to port 8402 what the ACME server asks for. Before
# there is one, certbot answers itself.
port=8402
[ -n "$(ss -Hltn 'sport = :80')" ] || port=80
certbot certonly --non-interactive --server "$server" --cert-name "$name" --renew-with-new-domains \
	--standalone --http-01-port "$port" --deploy-hook "/usr/local/sbin/armonic-certificate $name copy" $(printf -- '-d %s ' "$@")
sed -i 's/^http01_port = .*/http01_port = 8402/' "/etc/letsencrypt/renewal/$name.conf"
exec /usr/local/sbin/armonic-certificate "$name" copy
