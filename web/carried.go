package web

import (
	"sort"
	"sync"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/rollout/lines"
)

// carried is a deployment that is carried out here, with its log: a Rollout gives each line to
// one reader, and pages are many.
type carried struct {
	*rollout.Rollout
	mu   sync.Mutex
	log  lines.Buffer
	read int  // lines that were taken from the rollout
	left bool // somebody else may go on with it: there is no log here any more
}

// catchUp takes what is new in the log. mu is held.
func (c *carried) catchUp() {
	if c.left {
		return
	}
	fresh, next := c.Logs(c.read)
	c.log.Add(fresh)
	c.read = next
}

// after gives the lines after a number, the newest of them if there are more than so many; the
// number to go on from, and how many are left out.
func (c *carried) after(n, most int) (out []rollout.LogLine, next, missed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	if c.left || c.read <= n {
		return nil, c.read, 0
	}
	first, end := c.log.First(), c.log.Len()
	at := first + sort.Search(end-first, func(i int) bool { return c.log.At(first+i).N > n })
	for i := max(at, end-most); i < end; i++ {
		out = append(out, *c.log.At(i))
	}
	return out, c.read, c.read - n - len(out)
}

// newestFirst gives all lines that are kept, until take wants no more.
func (c *carried) newestFirst(take func(*rollout.LogLine) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	if c.left {
		return
	}
	for i := c.log.Len() - 1; i >= c.log.First(); i-- {
		if !take(c.log.At(i)) {
			return
		}
	}
}

// leave gives the deployment back, so that somebody else can go on with it.
func (c *carried) leave() {
	c.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.left {
		c.left = true
		c.log.Close()
	}
}
