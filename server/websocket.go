package server

import (
	"encoding/json"
	"net"
	"os"
	"strconv"
)

// WebSocket is the address of the server over HTTPS, as the domain names it.
func (o Options) WebSocket() string { return o.webSocketOf(o.Domain) }

func (o Options) webSocketOf(host string) string {
	port := ":" + strconv.Itoa(o.WebPort)
	if o.WebPort == 443 {
		port = ""
	}
	return "wss://" + host + port + "/xmpp-websocket"
}

// agentsWebSocket is the other way to the server, for agents on other hosts.
func (o Options) agentsWebSocket() string {
	if o.WebPort == 0 {
		return ""
	}
	host, _, _ := net.SplitHostPort(o.agentsAddress())
	if net.ParseIP(host).To4() == nil && net.ParseIP(host) != nil {
		host = "[" + host + "]"
	}
	return "# server: \"" + o.webSocketOf(host) + "\" # <- where only HTTPS gets out; with HTTPS_PROXY in /etc/default/armonic-agentd, if there is a proxy\n"
}

// webSocketFiles are what names the WebSocket (XEP-0156), for the web server of the domain.
func (o Options) webSocketFiles() []file {
	if o.WebPort == 0 {
		return nil
	}
	const rel = "urn:xmpp:alt-connections:websocket"
	text, _ := json.Marshal(map[string]any{"links": []any{map[string]string{"rel": rel, "href": o.WebSocket()}}}) // texts
	return []file{
		{name: "web", dir: true, mode: 0o755},
		{name: "web/.well-known", dir: true, mode: 0o755},
		{name: "web/.well-known/host-meta.json", mode: 0o644, text: string(text) + "\n"},
		{name: "web/.well-known/host-meta", mode: 0o644, text: "<?xml version='1.0' encoding='utf-8'?>\n" +
			"<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n  <Link rel='" + rel + "' href='" + o.WebSocket() + "'/>\n</XRD>\n"},
	}
}

// HasWebSocket reports whether the server that Create has made in a folder was made with one.
func (o Options) HasWebSocket() bool {
	_, err := os.Stat(o.file("web"))
	return err == nil
}
