package host

import "testing"

// An address that only this machine knows is made one for others.
func TestElsewhere(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:5223":                   "192.0.2.1:5223",
		"localhost":                        "192.0.2.1",
		"[::1]:7":                          "192.0.2.1:7",
		"wss://127.0.0.1:5281/ws":          "wss://192.0.2.1:5281/ws",
		"wss://localhost/xmpp-websocket?a": "wss://192.0.2.1/xmpp-websocket?a",
	} {
		if got := elsewhere(address, "192.0.2.1"); got != want || !onThisMachine(address) {
			t.Errorf("%s is %s elsewhere, want %s; on this machine %v", address, got, want, onThisMachine(address))
		}
	}
	for _, address := range []string{"192.0.2.1:1", "wss://xmpp.test/ws", "", "wss://192.0.2.1:5281/"} {
		if onThisMachine(address) {
			t.Errorf("%q is on this machine", address)
		}
	}
	if got := elsewhere("wss://[::1]/ws", "2001:db8::1"); got != "wss://[2001:db8::1]/ws" {
		t.Errorf("it is %s", got)
	}
}
