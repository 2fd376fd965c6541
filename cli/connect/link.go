package connect

import (
	"context"
	"io"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// reportLink writes a line whenever the connection is lost, cannot be made, or is there
// again, until stop is called.
func reportLink(k *session.Connector, w io.Writer) (stop func()) {
	return WatchLink(k, func(st session.Status) {
		switch {
		case st.Session != nil:
			output.Printf(w, "link: connected again\n")
		case !st.Next.IsZero():
			output.Printf(w, "link: no connection: %s; next try in %s\n", st.Err.Error(), time.Until(st.Next).Round(time.Second))
		}
	})
}

// TellHost writes a line when the agent of a host is gone, and when it is back, until
// stop is called: who follows a run there waits for it.
func (f *Live) TellHost(name spec.Host, w io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		for gone := false; ; {
			hosts, changed := f.Watch()
			for _, h := range hosts {
				switch {
				case h.Host != name:
				case h.Link == spec.LinkOn && gone:
					gone = false
					output.Printf(w, "link: %s is back\n", name)
				case h.Link != spec.LinkOn && h.Offline && !gone:
					gone = true
					output.Printf(w, "link: %s is offline; what became of the run is known when it is back; Ctrl-C ends the waiting\n", name)
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// WatchLink calls fn at each change of a connection, and if it could not be made already,
// until stop is called.
func WatchLink(k *session.Connector, fn func(session.Status)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	st, changed := k.Watch()
	go func() {
		defer close(ended)
		if st.Err != nil {
			fn(st)
		}
		for {
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			st, changed = k.Watch()
			fn(st)
		}
	}()
	return func() { cancel(); <-ended }
}
