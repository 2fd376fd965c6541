package server

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the configuration
	"fmt"
	"os"
	"strconv"
	"strings"
)

//go:embed files/prosody.cfg.lua
var prosodyConfig string

//go:embed files/prosody-web.cfg.lua
var prosodyWeb string

func (o Options) prosodyFiles() []file {
	listen := o.Listen
	if len(listen) == 0 {
		listen = []string{"*", "::"} // Prosody's :: is IPv6 only
	}
	invites := "\t\"invites\"; \"invites_adhoc\"; \"invites_register\"; -- and invitations (armonic host invite), without which nobody registers\n"
	if o.Register {
		invites = ""
	}
	root := o.User == "root" || o.User == "" && os.Geteuid() == 0
	modules, web := "", "https_ports = {}\n"
	if o.WebPort > 0 {
		modules = "\t\"websocket\"; \"http_files\"; -- for who gets out over HTTPS only\n"
		web = o.fill(prosodyWeb, "@WEBPORT@", strconv.Itoa(o.WebPort))
	}
	return []file{
		{name: "data", dir: true, own: true, mode: 0o700},
		{name: "prosody.cfg.lua", mode: 0o644, text: o.fill(prosodyConfig,
			"@LISTEN@", quoteAll(listen), "@ROOT@", strconv.FormatBool(root), "@REGISTER@", strconv.FormatBool(o.Register), "@ADMINS@", quoteAll(o.admins()), "@INVITES@\n", invites, "@MODULES@\n", modules, "@WEB@\n", web)},
	}
}

// prosodyAccount is the account of the first master as Prosody keeps it: what SCRAM
// needs to know of the password, and not the password.
func (o Options) prosodyAccount() ([]file, error) {
	salt := strings.ToLower(rand.Text())
	const rounds = 10000
	salted, err := pbkdf2.Key(sha256.New, o.Password.Reveal(), []byte(salt), rounds, sha256.Size)
	if err != nil {
		return nil, err
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	host := "data/" + luaName(o.Domain)
	text := fmt.Sprintf("return {\n\t[\"salt\"] = %q;\n\t[\"stored_key\"] = \"%x\";\n\t[\"server_key\"] = \"%x\";\n\t[\"iteration_count\"] = %d;\n};\n",
		salt, stored, mac(salted, "Server Key"), rounds)
	return []file{
		{name: host, dir: true, own: true, mode: 0o750},
		{name: host + "/accounts", dir: true, own: true, mode: 0o750},
		{name: host + "/accounts/" + luaName(o.Admin) + ".dat", own: true, mode: 0o640, text: text},
	}, nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// luaName is how Prosody writes a name of a file: all but letters and digits in hex.
func luaName(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}
