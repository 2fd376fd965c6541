package host

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// servedPath is that of the program in URLs.
const servedPath = "/armonic"

// headerTime is how long who fetches the program may take to say so.
const headerTime = 10 * time.Second

// startServing serves the program that hosts are to have, if that is wanted, until stop is called. What
// hosts fetch is nothing secret, and they compare its digest with the one in their line.
func (i *inviteCommand) startServing(ctx context.Context) (stop func(), err error) {
	if i.serve == "" {
		return func() {}, nil
	}
	if i.from != "" {
		return nil, spec.Errorf(spec.Invalid, "--serve and --from both say where the program is")
	}
	host, err := connect.ListenHost("--serve", i.serve)
	if err != nil {
		return nil, err
	}
	if len(i.binaries) > 1 {
		return nil, spec.Errorf(spec.Invalid, "--serve serves one program").WithHint("invite hosts of each kind by themselves")
	}
	all, err := i.programs()
	if err != nil {
		return nil, err
	}
	l, err := connect.Listen(ctx, "--serve", i.serve)
	if err != nil {
		return nil, err
	}
	if host == "" {
		if host = ownAddress(); host == "" {
			return nil, errors.Join(l.Close(), spec.Errorf(spec.Invalid, "how hosts reach this machine is not known").WithHint("say it: --serve HOST:PORT"))
		}
	}
	i.from = "http://" + net.JoinHostPort(host, portOf(l)) + servedPath
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+servedPath, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, all[0].File) })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTime}
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		_ = server.Serve(l) // until it is closed
	}()
	output.Printf(i.Err, "serving the program at %s until all have joined\n", i.from)
	return func() { _ = server.Close(); <-ended }, nil
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// invitedTime is how long invitations are good.
const invitedTime = time.Hour

// awaitAll returns when all hosts have joined. The error is that of an interrupt, or that they have
// not, as long as their invitations were good.
func (i *inviteCommand) awaitAll(ctx context.Context, live *connect.Live, names []string) error {
	left := slices.Clone(names)
	ctx, cancel := context.WithTimeout(ctx, invitedTime)
	defer cancel()
	for {
		left = slices.DeleteFunc(left, func(name string) bool {
			at := slices.IndexFunc(live.Hosts(), func(h spec.HostStatus) bool { return strings.EqualFold(string(h.Host), name) && h.Link == spec.LinkOn })
			if at >= 0 {
				output.Printf(i.Err, "%s is in the fleet\n", name)
			}
			return at >= 0
		})
		if len(left) == 0 {
			return nil
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return output.Exit(output.ExitInterrupted, nil)
			}
			return output.Exit(output.ExitUnreachable, spec.Errorf(spec.Timeout, "%s did not join", strings.Join(left, ", ")))
		}
	}
}
