package xmpp

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
	mostHeaped = 64 << 20
	heapTime   = time.Minute
	pieceCost  = 16  // of a piece that has not arrived
	textCost   = 512 // of a text, whatever is in it
)

// heap keeps texts that travel in pieces, of whoever sent them or may fetch them.
type heap struct {
	mu    sync.Mutex
	texts map[heapKey]*heaped
	bytes int
	swept time.Time
}

type heapKey struct {
	peer session.JID
	id   string
}

type heaped struct {
	pieces []string
	have   int
	bytes  int       // what it costs
	at     time.Time // it was used last
	given  []bool    // which pieces were fetched, if it was offered
}

func newHeap() *heap { return &heap{texts: map[heapKey]*heaped{}} }

// put keeps one piece of a text that a peer sends.
func (h *heap) put(peer session.JID, id string, i, n int, piece string) error {
	if err := wire.Pieces(n); err != nil {
		return err
	}
	if i < 0 || i >= n || piece == "" || len(piece) > wire.Piece || len(id) > 64 {
		return spec.Errorf(spec.Invalid, "piece %d of %d is wrong", i, n)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweep()
	key := heapKey{peer, id}
	t, cost := h.texts[key], len(piece)
	if t == nil {
		t = &heaped{}
		cost += n*pieceCost + textCost
	} else if len(t.pieces) != n || t.pieces[i] != "" && t.pieces[i] != piece {
		return spec.Errorf(spec.Invalid, "piece %d of %d is not of this text", i, n)
	}
	if len(t.pieces) == n && t.pieces[i] != "" {
		t.at = time.Now()
		return nil
	}
	if !h.room(cost) {
		return spec.Errorf(spec.Unavailable, "the agent has too much to read")
	}
	if t.pieces == nil {
		t.pieces = make([]string, n)
		h.texts[key] = t
	}
	t.at, t.pieces[i] = time.Now(), piece
	t.have++
	t.bytes += cost
	h.bytes += cost
	return nil
}

// take gives a text that has arrived in whole, and forgets it.
func (h *heap) take(peer session.JID, id string, n int) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.texts[heapKey{peer, id}]
	if t == nil || t.have != n || len(t.pieces) != n {
		return "", spec.Errorf(spec.Unavailable, "pieces of the call are missing")
	}
	h.drop(heapKey{peer, id})
	var b []byte
	for _, p := range t.pieces {
		b = append(b, p...)
	}
	return string(b), nil
}

// offer keeps a text for a peer to fetch, and names it.
func (h *heap) offer(peer session.JID, pieces []string) (string, error) {
	t := &heaped{pieces: pieces, have: len(pieces), at: time.Now(), given: make([]bool, len(pieces)), bytes: textCost}
	for _, p := range pieces {
		t.bytes += len(p)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweep()
	if len(pieces) > wire.MostPieces {
		return "", spec.Errorf(spec.Invalid, "the answer is too large").WithHint("ask for less at once")
	}
	if !h.room(t.bytes) {
		return "", spec.Errorf(spec.Unavailable, "the agent has too many large answers to give")
	}
	id := rand.Text()
	h.texts[heapKey{peer, id}] = t
	h.bytes += t.bytes
	return id, nil
}

// get gives one piece of a text that was offered to a peer.
func (h *heap) get(peer session.JID, id string, i int) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweep()
	t := h.texts[heapKey{peer, id}]
	if t == nil || i < 0 || i >= len(t.pieces) {
		return "", spec.Errorf(spec.Unavailable, "the answer is not kept any more")
	}
	if t.at = time.Now(); t.given != nil {
		t.given[i] = true
	}
	return t.pieces[i], nil
}

// room makes room for so many bytes if it can.
func (h *heap) room(n int) bool {
	if h.bytes+n <= mostHeaped {
		return true
	}
	for key, t := range h.texts {
		if t.given != nil && !slices.Contains(t.given, false) {
			h.drop(key)
		}
	}
	return h.bytes+n <= mostHeaped
}

// forget drops what belongs to a peer that is gone.
func (h *heap) forget(peer session.JID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for key := range h.texts {
		if key.peer == peer {
			h.drop(key)
		}
	}
}

func (h *heap) sweep() {
	if time.Since(h.swept) < time.Second {
		return // there may be thousands
	}
	h.swept = time.Now()
	for key, t := range h.texts {
		if time.Since(t.at) > heapTime {
			h.drop(key)
		}
	}
}

func (h *heap) drop(key heapKey) {
	if t := h.texts[key]; t != nil {
		h.bytes -= t.bytes
		delete(h.texts, key)
	}
}
