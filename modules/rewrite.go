package modules

import (
	"strconv"

	"go.starlark.net/syntax"
)

// rewrite replaces the operators that can make large values by calls of the guards.
// refuse is told of the assignments that cannot be written out.
func rewrite(f *syntax.File, refuse func(at syntax.Position, op syntax.Token)) {
	r := &rewriter{guarded: map[syntax.Token]bool{}, refuse: refuse}
	for _, op := range guardedOps() {
		r.guarded[op] = true
	}
	r.stmts(f.Stmts)
}

type rewriter struct {
	guarded map[syntax.Token]bool
	refuse  func(at syntax.Position, op syntax.Token)
}

func (r *rewriter) stmts(list []syntax.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *syntax.ExprStmt:
			s.X = r.expr(s.X)
		case *syntax.AssignStmt:
			r.assign(s)
		case *syntax.DefStmt:
			r.exprs(s.Params)
			r.stmts(s.Body)
		case *syntax.IfStmt:
			s.Cond = r.expr(s.Cond)
			r.stmts(s.True)
			r.stmts(s.False)
		case *syntax.ForStmt:
			r.target(s.Vars)
			s.X = r.expr(s.X)
			r.stmts(s.Body)
		case *syntax.ReturnStmt:
			if s.Result != nil {
				s.Result = r.expr(s.Result)
			}
		}
	}
}

// assign writes x op= y out as x = x op y. What stands for x is then evaluated
// twice, so it must be free of calls.
func (r *rewriter) assign(s *syntax.AssignStmt) {
	name := ""
	switch s.Op {
	case syntax.EQ:
	case syntax.PLUS_EQ:
		name = guardAdd
	case syntax.PIPE_EQ:
		name = guardPipe
	default:
		if op := s.Op - syntax.PLUS_EQ + syntax.PLUS; r.guarded[op] {
			name = guardOf(op)
		}
	}
	if name != "" {
		x, ok := plain(s.LHS)
		if !ok {
			r.refuse(s.OpPos, s.Op)
			return
		}
		s.Op, s.RHS = syntax.EQ, call(name, s.OpPos, x, s.RHS)
	}
	r.target(s.LHS)
	s.RHS = r.expr(s.RHS)
}

// target rewrites what is inside the left side of an assignment, which stays one.
func (r *rewriter) target(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.ParenExpr:
		r.target(x.X)
	case *syntax.TupleExpr:
		for _, y := range x.List {
			r.target(y)
		}
	case *syntax.ListExpr:
		for _, y := range x.List {
			r.target(y)
		}
	case *syntax.IndexExpr:
		x.X, x.Y = r.expr(x.X), r.key(x.Y)
	case *syntax.DotExpr:
		x.X = r.expr(x.X)
	}
}

// key rewrites what a dict may be asked for.
func (r *rewriter) key(x syntax.Expr) syntax.Expr {
	if _, literal := x.(*syntax.Literal); literal {
		return x
	}
	return call(guardKey, syntax.Start(x), r.expr(x))
}

// plain copies an expression without calls or operators.
func plain(x syntax.Expr) (syntax.Expr, bool) {
	switch x := x.(type) {
	case *syntax.Ident:
		return &syntax.Ident{NamePos: x.NamePos, Name: x.Name}, true
	case *syntax.Literal:
		return x, true
	case *syntax.ParenExpr:
		return plain(x.X)
	case *syntax.DotExpr:
		of, ok := plain(x.X)
		return &syntax.DotExpr{X: of, Dot: x.Dot, NamePos: x.NamePos, Name: &syntax.Ident{NamePos: x.Name.NamePos, Name: x.Name.Name}}, ok
	case *syntax.IndexExpr:
		of, ok := plain(x.X)
		at, also := plain(x.Y)
		return &syntax.IndexExpr{X: of, Lbrack: x.Lbrack, Y: at, Rbrack: x.Rbrack}, ok && also
	}
	return nil, false
}

func call(guard string, at syntax.Position, args ...syntax.Expr) *syntax.CallExpr {
	start, _ := args[0].Span()
	_, end := args[len(args)-1].Span()
	return &syntax.CallExpr{Fn: &syntax.Ident{NamePos: start, Name: guard}, Lparen: at, Args: args, Rparen: end}
}

func (r *rewriter) exprs(list []syntax.Expr) {
	for i, x := range list {
		list[i] = r.expr(x)
	}
}

// args rewrites the arguments of a call, with f(*list) and f(**dict).
func (r *rewriter) args(list []syntax.Expr) {
	r.exprs(list)
	for _, x := range list {
		if u, ok := x.(*syntax.UnaryExpr); ok && (u.Op == syntax.STAR || u.Op == syntax.STARSTAR) {
			u.X = call(guardStar, u.OpPos, u.X)
		}
	}
}

func (r *rewriter) expr(x syntax.Expr) syntax.Expr {
	switch x := x.(type) {
	case nil:
		return nil
	case *syntax.BinaryExpr:
		if x.Op != syntax.EQ { // of a named argument, whose left side is a name
			x.X = r.expr(x.X)
		}
		x.Y = r.expr(x.Y)
		if r.guarded[x.Op] {
			return call(guardOf(x.Op), x.OpPos, x.X, x.Y)
		}
	case *syntax.UnaryExpr:
		if x.X == nil { // the * of def f(a, *, b)
			return x
		}
		x.X = r.expr(x.X)
	case *syntax.ParenExpr:
		x.X = r.expr(x.X)
	case *syntax.CondExpr:
		x.Cond, x.True, x.False = r.expr(x.Cond), r.expr(x.True), r.expr(x.False)
	case *syntax.IndexExpr:
		x.X, x.Y = r.expr(x.X), r.key(x.Y)
	case *syntax.SliceExpr:
		x.X, x.Lo, x.Hi, x.Step = r.expr(x.X), r.expr(x.Lo), r.expr(x.Hi), r.expr(x.Step)
		if x.Step != nil {
			return call(guardCopy, x.Lbrack, x)
		}
		return call(guardMade, x.Lbrack, x)
	case *syntax.DotExpr:
		name := &syntax.Literal{Token: syntax.STRING, TokenPos: x.NamePos, Raw: strconv.Quote(x.Name.Name), Value: x.Name.Name}
		return call(guardAttr, x.Dot, r.expr(x.X), name)
	case *syntax.CallExpr:
		x.Fn = r.expr(x.Fn)
		r.args(x.Args)
	case *syntax.ListExpr:
		r.exprs(x.List)
	case *syntax.TupleExpr:
		r.exprs(x.List)
	case *syntax.DictExpr:
		r.exprs(x.List)
		return call(guardMade, x.Lbrace, x)
	case *syntax.DictEntry:
		x.Key, x.Value = r.key(x.Key), r.expr(x.Value)
	case *syntax.LambdaExpr:
		r.exprs(x.Params)
		x.Body = r.expr(x.Body)
		return call(guardMade, x.Lambda, x)
	case *syntax.Comprehension:
		x.Body = r.expr(x.Body)
		for _, c := range x.Clauses {
			switch c := c.(type) {
			case *syntax.ForClause:
				r.target(c.Vars)
				c.X = r.expr(c.X)
			case *syntax.IfClause:
				c.Cond = r.expr(c.Cond)
			}
		}
	}
	return x
}
