package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
)

// A server cannot have the password hashed so often that the login takes minutes, nor so
// rarely that it is soon guessed; nor does a challenge that is none keep the login busy.
func TestALoginIsBounded(t *testing.T) {
	const goesOn = "the login goes on"
	for rounds, says := range map[string]string{
		"2000000000":                  "hashed 2000000000 times",
		"1000001":                     "hashed 1000001 times",
		"4095":                        "hashed 4095 times",
		"1":                           "hashed 1 times",
		"9" + strings.Repeat("0", 30): "hashed 9000",
		"0":                           "does not speak SCRAM",
		"-1":                          "does not speak SCRAM",
		"":                            "",     // 4096
		"5000,d=more":                 goesOn, // an extension
		"4096,i=1":                    "does not speak SCRAM",
		"4096,m=x":                    "does not speak SCRAM",
		"4096,x=":                     "does not speak SCRAM", // the library reads on for ever
		"4096,":                       "does not speak SCRAM",
	} {
		t.Run(rounds, func(t *testing.T) {
			s := (&scripted{password: "correct horse", rounds: rounds}).start(t)
			began := time.Now()
			x, err := s.account().Open(t.Context())
			if err == nil {
				x.Close()
			}
			if says == "" && err == nil || says == goesOn && s.heard() != "" {
				return
			}
			if spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), says) || spec.HintOf(err) == "" {
				t.Errorf("error is %v of kind %q (%s)", err, spec.KindOf(err), spec.HintOf(err))
			}
			if said := s.heard(); said != "" {
				t.Errorf("a proof of the password was sent: %s", said)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// Where the server offers channel binding, the login is bound to the connection; and if
// somebody takes the offer out, the server can tell.
func TestChannelBinding(t *testing.T) {
	for name, tt := range map[string]struct {
		server *scripted
		header string
		fails  bool
	}{
		"offered":          {&scripted{binding: "tls-exporter"}, "p=tls-exporter,,", false},
		"not offered":      {&scripted{}, "y,,", false},
		"another type":     {&scripted{binding: "tls-server-end-point"}, "n,,", false},
		"taken on the way": {&scripted{binding: "tls-exporter", stripped: true}, "y,,", true},
	} {
		t.Run(name, func(t *testing.T) {
			tt.server.password = "correct horse"
			s := tt.server.start(t)
			x, err := s.account().Open(t.Context())
			if err == nil {
				x.Close()
			}
			if (err != nil) != tt.fails || !strings.HasPrefix(s.heard(), tt.header) {
				t.Errorf("the server hears %q; error is %v", s.heard(), err)
			}
		})
	}
}
