package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/xmpp/session"
)

// latency measures calls one after another.
func (r *Report) latency(ctx context.Context, v *probe) {
	const pings = 50
	took := make([]time.Duration, 0, pings)
	for range pings {
		began := time.Now()
		pong, cancel := context.WithTimeout(ctx, answerTime)
		_, err := v.Call(pong, "get", v.domain, session.New(nsPing, "ping"))
		cancel()
		if _, refused := errors.AsType[*session.StanzaError](err); err != nil && !refused {
			r.add("latency", Fail, "look at the load of the server and at the network", "no answer to a ping: %v", err)
			return
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	r.P50, r.P99 = ms(took[pings/2]), ms(took[pings*99/100])
	status, fix := OK, ""
	if r.P50 > 30 {
		status = Warn
		fix = "if the network is quicker than that: " + r.fix("network_settings = { nagle = false; min_wait = 0.00001 }", "a shaper that does not hold answers back")
	}
	r.add("latency", status, fix, "p50 %.1f ms, p99 %.1f ms of %d pings", r.P50, r.P99, pings)
}

// The burst: so long at most, or so many calls, of which so many are on their way.
const (
	burstTime  = 4 * time.Second
	burstCalls = 4000
	burstAhead = 100
	fewCalls   = 200 // a second, fewer are too few
)

// rate sends ourselves small calls as fast as they arrive.
func (r *Report) rate(ctx context.Context, v *probe) {
	pad := strings.Repeat("x", 150)
	began := time.Now()
	end := time.NewTimer(burstTime)
	defer end.Stop()
	sent, arrived := 0, 0
burst:
	for arrived < burstCalls {
		for sent-arrived < burstAhead && sent < burstCalls {
			iq := session.Stanza("iq", "type", "set", "id", "burst-"+strconv.Itoa(sent), "to", string(v.JID())).
				Add(session.New(nsCheck, "burst").WithText(pad))
			if err := v.Send(iq); err != nil {
				r.add("rate", Fail, r.rateFix(), "the connection ended under load: %v", err)
				return
			}
			sent++
		}
		select {
		case <-v.calls:
			arrived++
		case <-v.Ended():
			r.add("rate", Fail, r.rateFix(), "the server ended the session under load")
			return
		case <-end.C:
			break burst
		case <-ctx.Done():
			r.add("rate", Fail, "", "interrupted")
			return
		}
	}
	r.Rate = float64(arrived) / time.Since(began).Seconds()
	status := OK
	if r.Rate < fewCalls {
		status = Warn
	}
	r.add("rate", status, r.rateFix(), "%.0f small calls a second over one connection", r.Rate)
}

func (r *Report) rateFix() string {
	return r.fix(`limits = { c2s = { rate = "20mb/s" } }`, "shaper: {fleet: {rate: 20000000, burst_size: 40000000}}, and c2s_shaper: fleet in shaper_rules")
}

// size sends ourselves a large stanza, after all else: a server that does not like it
// ends the session.
func (r *Report) size(ctx context.Context, v *probe) {
	const large = 200 << 10
	const wait = 60 * time.Second
	fix := r.fix("c2s_stanza_size_limit = 262144", "max_stanza_size: 262144 at each listener")
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	_, err := v.Call(ctx, "set", v.JID(), session.New(nsCheck, "large").WithText(strings.Repeat("x", large)))
	took := time.Since(began)
	switch {
	case ctx.Err() != nil:
		r.add("stanza size", Fail, r.rateFix(), "a stanza of 200 KiB did not arrive within %s", wait)
	case err != nil:
		r.add("stanza size", Fail, fix, "a stanza of 200 KiB does not go through: %v", err)
	case took > 5*time.Second:
		r.add("stanza size", Warn, r.rateFix(), "200 KiB go through, in %s", took.Round(100*time.Millisecond))
	default:
		r.add("stanza size", OK, "", "200 KiB go through, in %s", fmt.Sprint(took.Round(time.Millisecond)))
	}
}
