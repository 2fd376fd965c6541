package browsertest

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/armonic/armonic/internal/need"
)

// Page is a page that a browser shows.
type Page struct {
	T    testing.TB
	ctx  context.Context //nolint:containedctx // the library keeps its browser in it
	said []string        // errors that scripts and the browser itself told
}

// patience is how long something may take on a machine that does much else.
const patience = 90 * time.Second

// Size is how large a window is, in pixels of a page.
type Size struct{ Width, Height int64 }

// The sizes that pages are looked at in.
var (
	Phone  = Size{390, 844}  //nolint:gochecknoglobals // constants of a struct type
	Screen = Size{1280, 800} //nolint:gochecknoglobals // the same
)

// Open starts a browser of its own, with a window of a size, in light or dark.
func Open(t testing.TB, size Size, dark bool) *Page {
	t.Helper()
	program := need.Program(t, "chromium-headless-shell")
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("no-sandbox", true), chromedp.Flag("ignore-certificate-errors", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(patience))
	// A browser gives up all that goes on over HTTP/2 when an interface of the machine comes or goes, and hosts of other tests have some.
	options = append(options, chromedp.Flag("disable-http2", true))
	var browser *exec.Cmd
	options = append(options, chromedp.ModifyCmdFunc(func(c *exec.Cmd) {
		browser, c.SysProcAttr = c, &syscall.SysProcAttr{Setpgid: true} // what Debian installs is a script that starts it
	}))
	alloc, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closePage := chromedp.NewContext(alloc)
	p := &Page{T: t, ctx: ctx}
	t.Cleanup(func() {
		closePage()
		end()
		if browser != nil && browser.Process != nil {
			_ = syscall.Kill(-browser.Process.Pid, syscall.SIGKILL) // none is left if it has ended by itself
		}
	})
	chromedp.ListenTarget(ctx, func(ev any) {
		switch x := ev.(type) {
		case *runtime.EventExceptionThrown:
			p.said = append(p.said, x.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if x.Entry.Level == log.LevelError {
				p.said = append(p.said, x.Entry.Text+" "+x.Entry.URL)
			}
		}
	})
	if err := chromedp.Run(ctx); err != nil { // the browser lives as long as the context of its first call
		t.Fatalf("cannot start %s: %v", program, err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.do(log.Enable(), runtime.Enable(), emulation.SetDeviceMetricsOverride(size.Width, size.Height, 1, size == Phone),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
	return p
}

func (p *Page) do(actions ...chromedp.Action) {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		p.T.Fatalf("%v; the page says\n%s", err, p.Text())
	}
}

// Go opens an address, and waits until it is there.
func (p *Page) Go(url string) {
	p.T.Helper()
	p.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		for range 5 { // a connection that is being made is given up when an interface comes or goes
			if err = chromedp.Navigate(url).Do(ctx); err == nil || !strings.Contains(err.Error(), "ERR_NETWORK_CHANGED") {
				return err
			}
		}
		return err
	}))
}

// Text is what the page says.
func (p *Page) Text() (text string) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Evaluate(`document.body ? document.body.innerText : ""`, &text)) // a page that is being left says nothing
	return text
}

// See waits until the page says all texts.
func (p *Page) See(texts ...string) {
	p.T.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		page, missing := p.Text(), ""
		for _, text := range texts {
			if !strings.Contains(page, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			p.T.Fatalf("the page does not say %q:\n%s", missing, page)
		}
	}
}

// Click clicks the first button or link of a name, once it is there.
func (p *Page) Click(name string) {
	p.T.Helper()
	p.await(name, `[...document.querySelectorAll("button, a, summary, label")].find((e) => e.innerText !== undefined && e.innerText.trim().startsWith(`+quoted(name)+`) && e.getClientRects().length > 0)`, "e.click()")
}

// Follow clicks what leads to another page, and waits for that.
func (p *Page) Follow(name string) {
	p.T.Helper()
	p.leaving(func() { p.Click(name) })
}

// Send presses Enter in a form, and waits for the page that it leads to.
func (p *Page) Send() {
	p.T.Helper()
	p.leaving(func() { p.Keys("\r") })
}

// leaving does what leads to another page, and waits until that is there: the one that is left
// is marked.
func (p *Page) leaving(do func()) {
	p.T.Helper()
	p.await("window", "window", "e.left = true")
	do()
	p.await("another page", `(!window.left && document.readyState === "complete" ? window : null)`, "")
	var at string
	if p.Value("location.href", &at); strings.HasPrefix(at, "chrome-error:") {
		p.T.Fatalf("the browser could not get the page: %q", p.said)
	}
}

// Fill types into the field that a selector finds, in the place of what it holds, once it is there.
func (p *Page) Fill(selector, text string) {
	p.T.Helper()
	p.await(selector, `document.querySelector(`+quoted(selector)+`)`, "e.focus(); e.select()")
	p.Keys(text)
}

// await has a script find an element and do something with it, as often as it takes.
func (p *Page) await(name, find, do string) {
	p.T.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		found := false
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		err := chromedp.Run(ctx, chromedp.Evaluate(`(() => { const e = `+find+`; if (e) { `+do+` } return Boolean(e); })()`, &found))
		cancel()
		if found && err == nil { // an error comes of a page that is being left
			return
		}
		if time.Now().After(end) {
			p.T.Fatalf("the page has no %q: %v\n%s", name, err, p.Text())
		}
	}
}

func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // texts can be written
	}
	return string(b)
}

// Keys types on the keyboard, wherever the focus is.
func (p *Page) Keys(keys string) {
	p.T.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// Value is what an expression of the page's script has.
func (p *Page) Value(expression string, into any) {
	p.T.Helper()
	p.do(chromedp.Evaluate(expression, into))
}

// Wait waits until an expression of the page's script is true.
func (p *Page) Wait(expression string) {
	p.T.Helper()
	p.await(expression, "("+expression+" ? window : null)", "")
}

// Errors are those that the browser told since it was opened: of scripts, and of what its
// policy has refused.
func (p *Page) Errors() []string { return p.said }

// Unnamed are the elements that a screen reader would meet without a name.
func (p *Page) Unnamed() (out []string) {
	p.T.Helper()
	var tree struct {
		Nodes []struct {
			Ignored    bool
			Role, Name struct{ Value any }
		}
	}
	p.do(chromedp.ActionFunc(func(ctx context.Context) error {
		return cdp.Execute(ctx, "Accessibility.getFullAXTree", nil, &tree) // the types of the library do not know all of a newer browser's
	}))
	for _, n := range tree.Nodes {
		role, _ := n.Role.Value.(string)
		name, _ := n.Name.Value.(string)
		switch role {
		case "button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "img", "image", "progressbar", "navigation", "heading", "spinbutton", "listbox":
			if !n.Ignored && strings.TrimSpace(name) == "" {
				out = append(out, role)
			}
		}
	}
	return out
}

// Picture writes the window as a PNG.
func (p *Page) Picture(dir, name string) {
	p.T.Helper()
	var png []byte
	p.do(chromedp.CaptureScreenshot(&png))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		p.T.Fatal(err)
	}
}
