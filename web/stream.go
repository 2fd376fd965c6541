package web

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// stream sends events to a page, see static/app.js.
type stream struct {
	v    *visit
	ctrl *http.ResponseController
	sent map[string]string // what was sent last, by the id of its element
}

// sendTime is how long a browser may take to read an event.
const sendTime = 30 * time.Second

func (v *visit) stream() *stream {
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // of a proxy in between
	v.w.WriteHeader(http.StatusOK)
	s := &stream{v, http.NewResponseController(v.w), map[string]string{}}
	_ = s.ctrl.Flush()
	return s
}

// change is what is to stand in an element.
type change struct {
	ID   string `json:"id"`
	HTML string `json:"html"`
}

// put replaces what stands in an element, if it is another than what was sent last: a template of
// the page has it, which is called as the element.
func (s *stream) put(page, id string, body any) error {
	html, err := s.v.part(page, id, body)
	if err != nil || s.sent[id] == html {
		return err
	}
	s.sent[id] = html
	return s.send("part", "", change{id, html})
}

// row is one element of a list.
type row struct {
	id   string
	mark string // that of a row which looks the same is the same; "" if that is not known
	body any
}

// firstRows is how many elements of a long list a page has when it is opened, more than fit on a
// screen; the others follow at once, some at a time, so that the page is there before them.
const firstRows = 60

// listed are some elements of a list, in the places of those that are there from one on.
type listed struct {
	ID   string `json:"id"`
	From int    `json:"from"`
	HTML string `json:"html"`
	All  int    `json:"all"` // elements that the list has
}

// rows replaces those elements of a list that look other than what was sent last, or all of them
// if there are others now. A template of the page has a row.
func (s *stream) rows(page, tmpl, list string, rows []row) error {
	var ids, some strings.Builder
	for _, r := range rows {
		ids.WriteString(r.id + "\n")
	}
	fresh := s.sent[list] != ids.String()
	s.sent[list] = ids.String()
	var changes []change
	from := 0
	for i, r := range rows {
		if !fresh && r.mark != "" && s.sent[r.id] == r.mark {
			continue
		}
		html, err := s.v.part(page, tmpl, r.body)
		if err != nil {
			return err
		}
		mark := r.mark
		if mark == "" {
			mark = html
		}
		if !fresh && s.sent[r.id] != mark {
			changes = append(changes, change{r.id, html})
		}
		s.sent[r.id] = mark
		if !fresh {
			continue
		}
		if some.WriteString(html); i-from+1 == firstRows {
			if err := s.send("list", "", listed{list, from, some.String(), len(rows)}); err != nil {
				return err
			}
			from = i + 1
			some.Reset()
		}
	}
	if fresh && (some.Len() > 0 || len(rows) == 0) {
		return s.send("list", "", listed{list, from, some.String(), len(rows)})
	}
	if len(changes) > 0 {
		return s.send("rows", "", changes)
	}
	return nil
}

// send writes one event. Who connects again says the id of the last one.
func (s *stream) send(event, id string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	_ = s.ctrl.SetWriteDeadline(time.Now().Add(sendTime)) // where there is none, the connection is not real
	if _, err := io.WriteString(s.v.w, "event: "+event+"\n"+id+"data: "+string(text)+"\n\n"); err != nil {
		return err
	}
	return s.ctrl.Flush()
}

// pause waits, and reports whether the page is still there, and who looks at it still logged in.
func (v *visit) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return v.sits(v.seat)
	case <-v.r.Context().Done():
		return false
	}
}

// last is the number of the last event that a page has which connects again.
func (v *visit) last() int {
	text := v.r.Header.Get("Last-Event-ID")
	if text == "" {
		text = v.r.URL.Query().Get("after")
	}
	n, _ := strconv.Atoi(text) // what is no number is none
	return max(n, 0)
}
