package calls

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// What texts in pieces may cost an agent, also those of which little has arrived. A
// text that nobody asks for is forgotten; one that was fetched in whole, as soon as
// there is no room for another.
const (
	mostBytes = 64 << 20
	keepTime  = time.Minute
	pieceCost = 16  // of a piece that has not arrived
	textCost  = 512 // of a text, whatever is in it
)

// texts keeps texts that travel in pieces, of whoever sent them or may fetch them.
type texts struct {
	mu    sync.Mutex
	all   map[textKey]*partial
	bytes int
	swept time.Time
}

type textKey struct {
	peer session.JID
	id   string
}

// partial is a text of which all or some pieces are there.
type partial struct {
	pieces []string
	have   int
	bytes  int       // what it costs
	at     time.Time // it was used last
	given  []bool    // which pieces were fetched, if it was offered
}

func newTexts() *texts { return &texts{all: map[textKey]*partial{}} }

// put keeps one piece of a text that a peer sends.
func (ts *texts) put(peer session.JID, id string, i, n int, piece string) error {
	if err := wire.Pieces(n); err != nil {
		return err
	}
	if i < 0 || i >= n || piece == "" || len(piece) > wire.Piece || len(id) > 64 {
		return spec.Errorf(spec.Invalid, "piece %d of %d is wrong", i, n)
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.sweep()
	key := textKey{peer, id}
	t, cost := ts.all[key], len(piece)
	if t == nil {
		t = &partial{}
		cost += n*pieceCost + textCost
	} else if len(t.pieces) != n || t.pieces[i] != "" && t.pieces[i] != piece {
		return spec.Errorf(spec.Invalid, "piece %d of %d is not of this text", i, n)
	}
	if len(t.pieces) == n && t.pieces[i] != "" {
		t.at = time.Now()
		return nil
	}
	if !ts.room(cost) {
		return spec.Errorf(spec.Unavailable, "the agent has too much to read")
	}
	if t.pieces == nil {
		t.pieces = make([]string, n)
		ts.all[key] = t
	}
	t.at, t.pieces[i] = time.Now(), piece
	t.have++
	t.bytes += cost
	ts.bytes += cost
	return nil
}

// take gives a text that has arrived in whole, and forgets it.
func (ts *texts) take(peer session.JID, id string, n int) (string, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.all[textKey{peer, id}]
	if t == nil || t.have != n || len(t.pieces) != n {
		return "", spec.Errorf(spec.Unavailable, "pieces of the call are missing")
	}
	ts.drop(textKey{peer, id})
	var b []byte
	for _, p := range t.pieces {
		b = append(b, p...)
	}
	return string(b), nil
}

// offer keeps a text for a peer to fetch, and names it.
func (ts *texts) offer(peer session.JID, pieces []string) (string, error) {
	t := &partial{pieces: pieces, have: len(pieces), at: time.Now(), given: make([]bool, len(pieces)), bytes: textCost}
	for _, p := range pieces {
		t.bytes += len(p)
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.sweep()
	if len(pieces) > wire.MostPieces {
		return "", spec.Errorf(spec.Invalid, "the answer is too large").WithHint("ask for less at once")
	}
	if !ts.room(t.bytes) {
		return "", spec.Errorf(spec.Unavailable, "the agent has too many large answers to give")
	}
	id := rand.Text()
	ts.all[textKey{peer, id}] = t
	ts.bytes += t.bytes
	return id, nil
}

// get gives one piece of a text that was offered to a peer.
func (ts *texts) get(peer session.JID, id string, i int) (string, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.sweep()
	t := ts.all[textKey{peer, id}]
	if t == nil || i < 0 || i >= len(t.pieces) {
		return "", spec.Errorf(spec.Unavailable, "the answer is not kept any more")
	}
	if t.at = time.Now(); t.given != nil {
		t.given[i] = true
	}
	return t.pieces[i], nil
}

// room makes room for so many bytes if it can.
func (ts *texts) room(n int) bool {
	if ts.bytes+n <= mostBytes {
		return true
	}
	for key, t := range ts.all {
		if t.given != nil && !slices.Contains(t.given, false) {
			ts.drop(key)
		}
	}
	return ts.bytes+n <= mostBytes
}

// forget drops what belongs to a peer that is gone.
func (ts *texts) forget(peer session.JID) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for key := range ts.all {
		if key.peer == peer {
			ts.drop(key)
		}
	}
}

func (ts *texts) sweep() {
	if time.Since(ts.swept) < time.Second {
		return // there may be thousands
	}
	ts.swept = time.Now()
	for key, t := range ts.all {
		if time.Since(t.at) > keepTime {
			ts.drop(key)
		}
	}
}

func (ts *texts) drop(key textKey) {
	if t := ts.all[key]; t != nil {
		ts.bytes -= t.bytes
		delete(ts.all, key)
	}
}
