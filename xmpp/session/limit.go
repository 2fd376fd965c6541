package session

import (
	"sync"
	"time"
)

// perSecond is how many lines of a log, or answers, strangers can cause in a second.
const perSecond = 20

// Limit bounds what strangers can cause in a second.
type Limit struct {
	mu     sync.Mutex
	left   int
	second time.Time
	missed int
}

// Pass reports whether one more may be logged, or answered, and how many before it might not.
func (l *Limit) Pass() (missed int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.second) >= time.Second {
		l.second, l.left = now, perSecond
	}
	if l.left == 0 {
		l.missed++
		return 0, false
	}
	l.left--
	missed, l.missed = l.missed, 0
	return missed, true
}
