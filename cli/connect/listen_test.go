package connect_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/spec"
)

// An address at which nobody can listen is named with its flag, in words, with what to do.
func TestAddressesToListenAt(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for address, says := range map[string]string{
		"127.0.0.1:0":         "",
		"localhost:0":         "",
		"":                    `--listen: "" is no address with a port`,
		"127.0.0.1":           `--listen: "127.0.0.1" is no address with a port`,
		":99999":              `--listen: ":99999" is no address with a port`,
		":http":               `--listen: ":http" is no address with a port`,
		"a:b:1":               `--listen: "a:b:1" is no address with a port`,
		"no.such.invalid:0":   "--listen: there is no host no.such.invalid",
		"8.8.8.8:0":           "--listen: cannot listen on 8.8.8.8:0: cannot assign requested address",
		taken.Addr().String(): "--listen: cannot listen on " + taken.Addr().String() + ": address already in use",
	} {
		l, err := connect.Listen(context.Background(), "--listen", address)
		if says == "" {
			if err != nil {
				t.Errorf("%s: %v", address, err)
				continue
			}
			_ = l.Close()
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), says) || spec.HintOf(err) == "" {
			t.Errorf("%s: %v with the hint %q, want %s", address, err, spec.HintOf(err), says)
		}
	}
}
