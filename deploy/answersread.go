package deploy

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/yamltext"
)

// LoadAnswers reads an answers file. keys may be nil if it has no secrets. The
// error is spec.Invalid and says where in the file.
func LoadAnswers(r io.Reader, name string, keys value.Sealer) (*AnswersFile, error) {
	text, err := spec.ReadTextFrom(r)
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "cannot read %s: %v", name, spec.SystemError(err))
	}
	return ReadAnswers(text, name, keys)
}

// ReadAnswers is LoadAnswers of a text.
func ReadAnswers(text []byte, name string, keys value.Sealer) (*AnswersFile, error) {
	f := &answersReader{AnswersFile: &AnswersFile{Name: name, Answers: resolver.Answers{}}, keys: keys}
	n, err := yamltext.Parse(text)
	if err != nil {
		var e *yamltext.Error
		if !errors.As(err, &e) {
			return nil, spec.Errorf(spec.Invalid, "%s is not an answers file: %v", name, err)
		}
		return nil, f.wrong(e.Line, "%s", e.Msg).WithHint("%s", e.Hint)
	}
	if err := f.top(n); err != nil {
		return nil, err
	}
	return f.AnswersFile, nil
}

// answersReader takes a file apart.
type answersReader struct {
	*AnswersFile
	keys value.Sealer
	node resolver.NodeID // whose decisions are read; "" before the first
}

// wrong is an error at a line of the file. What is quoted of the file is short.
func (f *answersReader) wrong(line int, format string, args ...any) *spec.Error {
	at := f.Name
	if line > 0 {
		at += ":" + strconv.Itoa(line)
	}
	msg := fmt.Sprintf(format, args...)
	if f.node != "" {
		msg = "node " + spec.Excerpt(string(f.node)) + ": " + msg
	}
	return &spec.Error{Kind: spec.Invalid, At: at, Msg: msg}
}

// wants says what a part of the file must be.
func (f *answersReader) wants(n *yamltext.Node, what, kind, example string) *spec.Error {
	is := string(n.Kind)
	if n.Kind == yamltext.Text {
		is = strconv.Quote(short(n.Text))
	}
	return f.wrong(n.Line, "%s must be %s, is %s", what, kind, is).WithHint("for example %s", example)
}

// short cuts a text that is quoted in a message.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// table calls fn for each key of a table, in order. Nothing is an empty one.
func (f *answersReader) table(n *yamltext.Node, what, example string, fn func(e yamltext.Entry) error) error {
	switch n.Kind {
	case yamltext.Table:
	case yamltext.Nothing:
		return nil
	default:
		return f.wants(n, what, "a table", example)
	}
	for _, e := range n.Table {
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}

// text reads a text; ok is false if nothing is there.
func (f *answersReader) text(n *yamltext.Node, what, example string) (s string, ok bool, err error) {
	switch n.Kind {
	case yamltext.Text:
		return n.Text, n.Text != "", nil
	case yamltext.Nothing:
		return "", false, nil
	default:
		return "", false, f.wants(n, what, "a text", example)
	}
}

// unknown refuses a key.
func (f *answersReader) unknown(e yamltext.Entry, keys ...string) error {
	return f.wrong(e.Line, "there is no key %q here", short(e.Key)).WithHint("there are %s", strings.Join(keys, ", "))
}

func (f *answersReader) top(n *yamltext.Node) error {
	version, provide := "", ""
	var nodes, hosts *yamltext.Node
	err := f.table(n, "an answers file", "armonic: 1", func(e yamltext.Entry) (err error) {
		switch e.Key {
		case "armonic":
			version, _, err = f.text(e.Value, "armonic", "armonic: "+answersVersion)
		case "provide":
			provide, _, err = f.text(e.Value, "provide", "provide: //WebSite//start")
		case "nodes":
			nodes = e.Value
		case "hosts":
			hosts = e.Value
		default:
			return f.unknown(e, "armonic", "provide", "nodes", "hosts")
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case version == "":
		return f.wrong(0, "this is not an answers file: it has no line \"armonic: %s\"", answersVersion).WithHint("write one with --save")
	case version != answersVersion:
		return f.wrong(n.Get("armonic").Line, "this file has format %s, this version of Armonic reads %s", strconv.Quote(short(version)), answersVersion)
	case provide == "":
		return f.wrong(0, "this file does not name its provide").WithHint("add a line such as provide: //WebSite//start")
	}
	f.Provide = spec.Pattern(provide)
	if hosts != nil {
		const example = `hosts: {web1: {WebServer/Configured/enter/conf/port: 80}}`
		if err := f.table(hosts, "hosts", example, f.readHost); err != nil {
			return err
		}
	}
	if nodes == nil {
		return nil
	}
	return f.table(nodes, "nodes", `nodes: {.: {host: web1}}`, f.readNode)
}

// readHost reads the values for a host, or for those of a pattern or a group.
func (f *answersReader) readHost(e yamltext.Entry) error {
	x := HostValues{On: spec.Host(e.Key)}
	err := f.table(e.Value, "the values of "+short(e.Key), "{WebServer/Configured/enter/conf/port: 80}", func(e yamltext.Entry) error {
		v, err := f.valueOf(e)
		x.Values = append(x.Values, HostValue{e.Key, v})
		return err
	})
	f.Hosts = append(f.Hosts, x)
	return err
}

// readNode reads the decisions about one node of the tree.
func (f *answersReader) readNode(e yamltext.Entry) error {
	f.node = resolver.NodeID(e.Key)
	return f.table(e.Value, "what is decided", "host: web1", func(e yamltext.Entry) error {
		switch e.Key {
		case "manage":
			return f.scalar(e, resolver.AskManage, "manage: false", func(s string) any { return resolver.Text(s) })
		case "host":
			return f.scalar(e, resolver.AskHost, "host: web1", func(s string) any { return spec.Host(s) })
		case "path":
			return f.scalar(e, resolver.AskPath, "path: 1", func(s string) any { return resolver.Text(s) })
		case "call":
			return f.scalar(e, resolver.AskCall, "call: false", func(s string) any { return resolver.Text(s) })
		case "hosts":
			return f.rootHosts(e)
		case "choose":
			return f.scalar(e, resolver.AskChoose, "choose: WebServer/Active/start", func(s string) any { return s })
		case "requires":
			return f.table(e.Value, "requires", "requires: {Configured.enter.websites: [web1, web2]}", f.require)
		case "roll":
			return f.table(e.Value, "roll", `roll: {Configured.enter.websites: "25%,canary=1"}`, func(e yamltext.Entry) error {
				return f.value(e, resolver.AskRoll)
			})
		case "values":
			return f.table(e.Value, "values", "values: {WebServer/Configured/enter/conf/port: 80}", func(e yamltext.Entry) error {
				return f.value(e, resolver.AskValue)
			})
		case "returns":
			return f.table(e.Value, "returns", `returns: {url: "http://192.0.2.1/"}`, func(e yamltext.Entry) error {
				return f.value(e, resolver.AskReturn)
			})
		}
		return f.unknown(e, "host", "hosts", "choose", "path", "call", "requires", "roll", "values", "manage", "returns")
	})
}

func (f *answersReader) put(kind resolver.Kind, name string, v any) {
	f.Answers[resolver.Key{Node: f.node, Kind: kind, Name: name}] = resolver.Answer{Value: v, Replayed: true}
}

// scalar reads a decision that is a text.
func (f *answersReader) scalar(e yamltext.Entry, kind resolver.Kind, example string, as func(string) any) error {
	s, ok, err := f.text(e.Value, e.Key, example)
	if ok {
		f.put(kind, "", as(s))
	}
	return err
}

// require reads where a require is met, or how often.
func (f *answersReader) require(e yamltext.Entry) error {
	what := short(e.Key)
	wants := func(n *yamltext.Node) error {
		return f.wants(n, what, "a list of hosts, or how often", "["+"web1, web2], [] for none, or 2")
	}
	switch n := e.Value; n.Kind {
	case yamltext.Nothing:
		return nil
	case yamltext.Text:
		if _, err := strconv.Atoi(n.Text); err != nil {
			return wants(n)
		}
		f.put(resolver.AskCount, e.Key, resolver.Text(n.Text))
	case yamltext.List:
		hosts, err := f.hosts(n, what)
		if err == nil {
			f.put(resolver.AskHosts, e.Key, hosts)
		}
		return err
	case yamltext.Table:
		return wants(n)
	}
	return nil
}

// hosts reads a list of hosts, patterns and groups.
func (f *answersReader) hosts(n *yamltext.Node, what string) ([]spec.Host, error) {
	hosts := make([]spec.Host, len(n.Items))
	for i, x := range n.Items {
		s, ok, err := f.text(x, "a host of "+what, "[web1, web2]")
		if err == nil && !ok {
			err = f.wants(x, "a host of "+what, "a text", "[web1, web2]")
		}
		if err != nil {
			return nil, err
		}
		hosts[i] = spec.Host(s)
	}
	return hosts, nil
}

// rootHosts reads on which hosts the whole is deployed.
func (f *answersReader) rootHosts(e yamltext.Entry) error {
	switch e.Value.Kind {
	case yamltext.Nothing:
		return nil
	case yamltext.List:
	default:
		return f.wants(e.Value, "hosts", "a list of hosts", `[web1, web2], ["web*"] or ["@web"]`)
	}
	hosts, err := f.hosts(e.Value, "hosts")
	if err == nil {
		f.put(resolver.AskHosts, "", hosts)
	}
	return err
}

// value reads the value of a variable, or of what a call returned.
func (f *answersReader) value(e yamltext.Entry, kind resolver.Kind) error {
	v, err := f.valueOf(e)
	if err == nil {
		f.put(kind, e.Key, v)
	}
	return err
}

// valueOf is a value as if it was typed.
func (f *answersReader) valueOf(e yamltext.Entry) (any, error) {
	v, err := f.written(e.Value, short(e.Key))
	if s, isText := v.(string); isText {
		return resolver.Text(s), err
	}
	return v, err
}
