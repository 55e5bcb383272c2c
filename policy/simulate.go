package policy

// What simulations ask besides [Explain] (policy section 12).

// ContextKeys returns the context keys that conditions and variables use, in
// order of first use and in its spelling; keys that differ only in letter case
// are one. Elements where variables are plain text do not count.
func (p *Policy) ContextKeys() []string {
	var keys keyList
	for i := range p.statements {
		s := &p.statements[i]
		for j := range s.resources.list {
			keys.addPattern(&s.resources.list[j].rest)
		}
		for j := range s.conditions {
			n := &s.conditions[j]
			keys.add(n.key)
			switch t := n.test.(type) {
			case stringTest:
				for k := range t {
					keys.addPattern(&t[k])
				}
			case arnTest:
				for k := range t {
					keys.addTokens(t[k].dynamic)
				}
			}
		}
	}
	return keys.list
}

// MissingKeys returns the context keys that the policies of s use and r does
// not supply: the MissingContextValues of a simulation. All statements count,
// also those that the request does not reach.
func MissingKeys(s *Set, r *Request) []string {
	var keys keyList
	each := func(list []Attached) {
		for i := range list {
			if list[i].Policy == nil {
				continue
			}
			for _, key := range list[i].Policy.ContextKeys() {
				if _, _, ok := r.Context.Get(key); !ok {
					keys.add(key)
				}
			}
		}
	}
	each(s.Identity)
	if s.Boundary != nil {
		each([]Attached{*s.Boundary})
	}
	each(s.Resource)
	each(s.Session)
	for _, level := range s.SCPs {
		each(level)
	}
	each(s.RCPs)
	return keys.list
}

// keyList gathers keys, each once without regard to case.
type keyList struct {
	list []string
	seen map[uint32][]string // by foldHash
}

func (l *keyList) add(key string) {
	if l.seen == nil {
		l.seen = map[uint32][]string{}
	}
	hash := foldHash(key)
	for _, known := range l.seen[hash] {
		if equalFold(known, key) {
			return
		}
	}
	l.seen[hash] = append(l.seen[hash], key)
	l.list = append(l.list, key)
}

func (l *keyList) addPattern(p *pattern) {
	for _, chunk := range p.chunks {
		l.addTokens(chunk)
	}
}

func (l *keyList) addTokens(list []token) {
	for i := range list {
		if list[i].kind == value {
			l.add(list[i].variable.key)
		}
	}
}
