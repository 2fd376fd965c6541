-- Prosody for Armonic, written by armonic server init. Everything it keeps is in
-- @DIR@; `armonic server check` says what is wrong with it.
run_as_root = @ROOT@
pidfile = "@DIR@/data/prosody.pid"
data_path = "@DIR@/data"
log = { info = "*console" }

-- Who can reach it: port @PORT@ with STARTTLS, @TLSPORT@ with TLS at once; only what stands here.
interfaces = { @LISTEN@ }
c2s_ports = { @PORT@ }
c2s_direct_tls_ports = { @TLSPORT@ }
c2s_require_encryption = true
s2s_ports = {}
http_ports = {}
@WEB@
ssl = { key = "@DIR@/key.pem"; certificate = "@DIR@/cert.pem" }
certificates = "@DIR@"

-- What Armonic sends is of use now or never: nothing is kept for who is offline.
modules_disabled = { "s2s"; "s2s_auth_certs"; "offline" }
modules_enabled = {
	"roster"; "saslauth"; "tls"; "disco"; "ping"; "time"; "version"; "lastactivity"; "posix";
	"smacks"; -- with read_timeout: who is gone without a word is noticed within half a minute
	"limits";
	"register"; -- accounts, where they may be made, and changes of passwords
	"admin_shell"; -- prosodyctl, which makes and removes accounts by it since Prosody 13
	"admin_adhoc"; -- commands of the operator, who makes accounts of agents (armonic host add)
@INVITES@
@MODULES@
}
admins = { @ADMINS@ }
invite_expiry = 3600

authentication = "internal_hashed"
password_hash = "SHA-256"
disable_sasl_mechanisms = { "PLAIN"; "DIGEST-MD5"; "OAUTHBEARER" }

-- A fleet behind one address registers at once.
allow_registration = @REGISTER@
registration_throttle_max = 1000
registration_throttle_period = 600

-- Without this, each stanza is acknowledged by itself, which costs as much as the stanza. A silent
-- link is noticed by read_timeout all the same, which asks for an acknowledgement first.
smacks_max_unacked_stanzas = 20

-- Per connection. Debian's 10 kb/s are 67 calls a second.
limits = { c2s = { rate = "20mb/s"; burst = "2s" } }

-- Without the first two each call waits 40 ms for others to share a packet with.
network_settings = { nagle = false; min_wait = 0.00001; read_timeout = 12 }

VirtualHost "@DOMAIN@"

-- Where deployments write their logs for people: a room each.
Component "@MUC@" "muc"
	name = "Logs of deployments"
	restrict_room_creation = "local"
	muc_room_locking = false
	muc_room_default_history_length = 500
	max_history_messages = 500
