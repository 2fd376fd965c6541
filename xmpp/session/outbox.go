package session

import "sync"

// mostPosted is how many bytes may wait to be written for those who do not wait.
const mostPosted = 256 << 10

// outbox is what was posted and is not written yet.
type outbox struct {
	mu   sync.Mutex
	buf  []byte
	more chan struct{} // of size 1: a token means that there is something
}

// Post has a stanza written after those that were posted before, and does not wait:
// it is for handlers, which would keep everything from being read while the server
// does not read. It reports whether there was room; what was posted may get lost with
// the session all the same.
func (s *Session) Post(e *Element) bool {
	o := &s.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.buf) > mostPosted {
		return false
	}
	o.buf = e.append(o.buf, nsClient)
	Wake(o.more)
	return true
}

// deliver writes what is posted, until the session ends.
func (s *Session) deliver() {
	var buf []byte
	for {
		select {
		case <-s.out.more:
		case <-s.ended:
			return
		}
		s.out.mu.Lock()
		buf, s.out.buf = s.out.buf, buf[:0]
		s.out.mu.Unlock()
		s.writing <- struct{}{}
		err := s.write(buf)
		<-s.writing
		if err != nil {
			return
		}
	}
}
