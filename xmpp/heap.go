package xmpp

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// What texts in pieces may cost an agent. A text that nobody asks for is forgotten.
const (
	mostHeaped = 64 << 20
	heapTime   = time.Minute
)

// heap keeps texts that travel in pieces, of whoever sent them or may fetch them.
type heap struct {
	mu    sync.Mutex
	texts map[heapKey]*heaped
	bytes int
}

type heapKey struct {
	peer session.JID
	id   string
}

type heaped struct {
	pieces []string
	have   int
	bytes  int
	at     time.Time // it was used last
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
	t := h.texts[key]
	if t == nil {
		t = &heaped{pieces: make([]string, n)}
		h.texts[key] = t
	}
	if len(t.pieces) != n || t.pieces[i] != "" && t.pieces[i] != piece {
		return spec.Errorf(spec.Invalid, "piece %d of %d is not of this text", i, n)
	}
	t.at = time.Now()
	if t.pieces[i] != "" {
		return nil
	}
	if h.bytes+len(piece) > mostHeaped {
		return spec.Errorf(spec.Unavailable, "the agent has too much to read")
	}
	t.pieces[i] = piece
	t.have++
	t.bytes += len(piece)
	h.bytes += len(piece)
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
	t := &heaped{pieces: pieces, have: len(pieces), at: time.Now()}
	for _, p := range pieces {
		t.bytes += len(p)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweep()
	if len(pieces) > wire.MostPieces || h.bytes+t.bytes > mostHeaped {
		return "", spec.Errorf(spec.Unavailable, "the answer is too large")
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
	t.at = time.Now()
	return t.pieces[i], nil
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
