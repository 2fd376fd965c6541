package xmpptest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Sesame is a secret that it is given, Bounty one that it returns.
const (
	Sesame = "open sesame 4711"
	Bounty = "returned-secret-0815"
)

// Talking is a lifecycle that has something to say, and secrets.
func Talking() *lifecycle.Lifecycle {
	str := spec.Type{Kind: spec.KindStr}
	return &lifecycle.Lifecycle{Name: "Talk", States: []*lifecycle.State{{Name: "Off", Provides: []*lifecycle.Provide{{
		Name: "say",
		Provide: spec.Provide{
			Label: "Say something",
			Requires: []spec.Require{{Name: "what", Vars: []spec.Variable{
				{Name: "text", Type: str, Default: "hello", Label: "Text", Help: "What to say."},
				{Name: "times", Type: spec.Type{Kind: spec.KindInt}, Default: 1},
				{Name: "password", Type: spec.Type{Kind: spec.KindPassword}, Default: Sesame},
			}}},
			Returns: []spec.Variable{{Name: "url", Type: str}, {Name: "key", Type: spec.Type{Kind: spec.KindPassword}}},
		},
		Do: func(ctx context.Context, c *lifecycle.Call) (any, error) {
			in := c.Inputs["what"][0]
			for i := range in["times"].(int) {
				c.Log(spec.LevelInfo, fmt.Sprintf("%s %d", in["text"], i))
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
			}
			// a module that does what it must not
			c.Log(spec.LevelWarn, fmt.Sprintf("\x1b[31mthe password is %s\x1b[0m", in["password"].(value.Secret).Reveal()))
			if in["text"] == "fail" {
				return nil, spec.Errorf(spec.Failed, "it does not work with %s", in["password"].(value.Secret).Reveal())
			}
			return map[string]any{"url": "http://" + string(c.Me.Host), "key": Bounty}, nil
		},
	}}}}}
}

// Talker is an agent of it.
func Talker(t testing.TB, host string) *agentd.Service {
	t.Helper()
	return PacedTalker(t, host, 0)
}

// PacedTalker takes its time for each line.
func PacedTalker(t testing.TB, host string, pace time.Duration) *agentd.Service {
	t.Helper()
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: spec.Host(host), Version: "0.4", OS: spec.OS{Name: "debian", Release: "12"}},
		Lifecycles: []*lifecycle.Lifecycle{Talking()}, Store: lifecycle.NewMemory(), Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Say is a run that logs a text so many times.
func Say(id spec.RunID, d spec.DeploymentID, text string, times int) spec.Run {
	return spec.Run{ID: id, Deployment: d, Work: spec.Work{Lifecycle: "Talk", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Call, State: "Off", Provide: "say", Inputs: spec.Inputs{"what": {{"text": text, "times": times, "password": value.Secret(Sesame)}}}}}}}
}
