package deploy_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// remembering is a fleet whose hosts have done things before; web3 does not answer.
type remembering struct{ deploy.Fleet }

func (remembering) Hosts() []spec.HostStatus {
	return []spec.HostStatus{{Host: "web1"}, {Host: "web2"}, {Host: "web3"}}
}

func (remembering) Agent(h spec.Host) (spec.Agent, error) {
	if h == "web3" {
		return nil, spec.Errorf(spec.Unavailable, "web3 is offline")
	}
	return pastOf{host: h}, nil
}

type pastOf struct {
	spec.Agent
	host spec.Host
}

func (a pastOf) Stacks(context.Context) ([]spec.Stack, error) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	return []spec.Stack{
		{Path: spec.MakePath(a.host, "Nginx"), Calls: []spec.Called{{State: "On", Provide: "start", At: at(1)}, {State: "On", Provide: "start", At: at(3)}}},
		{Path: spec.MakePath(a.host, "Php"), Calls: []spec.Called{{State: "On", Provide: "start", At: at(2)}}},
	}, nil
}

func TestHistory(t *testing.T) {
	for of, want := range map[deploy.DriftOf]string{
		{}:                                 "web1/Nginx/3 web2/Nginx/3 web1/Php/2 web2/Php/2 web1/Nginx/1 web2/Nginx/1 [web3]",
		{Host: "web2", Lifecycle: "Nginx"}: "web2/Nginx/3 web2/Nginx/1 []",
		{Host: "web3"}:                     "[web3]",
	} {
		all, missing := deploy.History(t.Context(), remembering{}, of)
		got := ""
		for _, p := range all {
			got += fmt.Sprintf("%s/%s/%d ", p.Host, p.Lifecycle, p.At.Unix())
		}
		if got += fmt.Sprint(missing); got != want {
			t.Errorf("%+v: %s, want %s", of, got, want)
		}
	}
}
