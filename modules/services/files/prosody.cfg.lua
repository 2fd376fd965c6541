-- Prosody for Armonic, in a place of Debian's. `armonic server check` says what is wrong with it.
pidfile = "/run/prosody/prosody.pid"
data_path = "/var/lib/prosody"
log = { info = "*syslog" }

-- Who can reach it: port {{ port }} with STARTTLS, {{ tls_port }} with TLS at once. Nothing else.
interfaces = { "*"; "::" }
c2s_ports = { {{ port }} }
c2s_direct_tls_ports = { {{ tls_port }} }
c2s_require_encryption = true
s2s_ports = {}
http_ports = {}
https_ports = {}
ssl = { key = "{{ key }}"; certificate = "{{ certificate }}" }
certificates = "/etc/prosody/certs"

-- What Armonic sends is of use now or never: nothing is kept for who is offline.
modules_disabled = { "s2s"; "s2s_auth_certs"; "offline" }
modules_enabled = {
	"roster"; "saslauth"; "tls"; "disco"; "ping"; "time"; "version"; "lastactivity"; "posix";
	"smacks"; -- with read_timeout: who is gone without a word is noticed within half a minute
	"limits";
	"register"; -- accounts, where they may be made, and changes of passwords
	"admin_shell"; -- prosodyctl, which makes and removes accounts by it since Prosody 13
	"admin_adhoc"; -- commands of the operator, who makes accounts of agents (armonic host add)
{% if not register %}	"invites"; "invites_adhoc"; "invites_register"; -- and invitations (armonic host invite), without which nobody registers
{% endif %}}
admins = { {% if admins %}"{{ admins|join('"; "') }}"{% endif %} }
invite_expiry = 3600

authentication = "internal_hashed"
password_hash = "SHA-256"
disable_sasl_mechanisms = { "PLAIN"; "DIGEST-MD5"; "OAUTHBEARER" }

-- A fleet behind one address registers at once.
allow_registration = {% if register %}true{% else %}false{% endif %}
registration_throttle_max = 1000
registration_throttle_period = 600

-- Per connection. Debian's 10 kb/s are 67 calls a second.
limits = { c2s = { rate = "20mb/s"; burst = "2s" } }

-- Without the first two each call waits 40 ms for others to share a packet with.
network_settings = { nagle = false; min_wait = 0.00001; read_timeout = 12 }

VirtualHost "{{ domain }}"

-- Where deployments write their logs for people: a room each.
Component "logs.{{ domain }}" "muc"
	name = "Logs of deployments"
	restrict_room_creation = "local"
	muc_room_locking = false
	muc_room_default_history_length = 500
	max_history_messages = 500
