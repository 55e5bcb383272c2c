package policy

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Context holds the condition keys of a request: facts about the caller, the
// connection and the resource that conditions and variables look at.
//
// Keys compare without regard to letter case; their spelling is kept for
// display. A key has one value, or it is multi-valued and holds a list. A key
// with no value at all is absent: there is no empty list.
//
// The zero Context is empty and ready to use. A nil *Context is empty too. A
// Context is not safe for use while it is being changed.
type Context struct {
	base    *Context       // looked at for keys that entries lacks; see Layer
	fill    func(*Context) // sets the keys of this layer when one is asked for; see Defer
	entries []contextEntry
}

type contextEntry struct {
	hash  uint32 // foldHash of key
	multi bool
	key   string
	one   [1]string
	list  []string // of a multi-valued key
}

func (e *contextEntry) values() []string {
	if e.multi {
		return e.list
	}
	return e.one[:]
}

// Defer has fill called, once, when a key of c is first looked at or set: it
// sets keys of c then. Most policies look at none, and making them has a price.
func (c *Context) Defer(fill func(*Context)) { c.fill = fill }

// settle calls what was deferred.
func (c *Context) settle() {
	if fill := c.fill; fill != nil {
		c.fill = nil
		fill(c)
	}
}

// Set gives key one value, in place of what it had.
func (c *Context) Set(key, value string) {
	e := c.slot(key)
	e.multi, e.list = false, nil
	e.one[0] = value
}

// SetList gives key a list of values, in place of what it had; the key is
// multi-valued even when the list has one value. An empty list makes the key
// absent. The list is kept, not copied.
func (c *Context) SetList(key string, values []string) {
	if len(values) == 0 {
		c.Delete(key)
		return
	}
	e := c.slot(key)
	e.multi, e.list = true, values
	e.one[0] = ""
}

// Delete makes key absent; a key of a lower layer stays.
func (c *Context) Delete(key string) {
	c.settle()
	hash := foldHash(key)
	c.entries = slices.DeleteFunc(c.entries, func(e contextEntry) bool {
		return e.hash == hash && equalFold(e.key, key)
	})
}

// slot returns the entry of key, made when there is none, with this spelling.
func (c *Context) slot(key string) *contextEntry {
	hash := foldHash(key)
	e := c.own(hash, key)
	if e == nil {
		c.entries = append(c.entries, contextEntry{hash: hash})
		e = &c.entries[len(c.entries)-1]
	}
	e.key = key
	return e
}

// Entry types of a simulation's ContextEntries. Each has a form for
// multi-valued keys with List behind it: "stringList".
var entryTypes = []string{"string", "numeric", "boolean", "ip", "binary", "date"}

// SetEntry sets a key from a ContextEntry of the simulation API: typ is one of
// string, numeric, boolean, ip, binary and date, or one of these with List
// behind it. Values are kept as text whatever the type, since operators read
// them. Several values under a single type make the key multi-valued.
func (c *Context) SetEntry(key, typ string, values []string) error {
	single, multi := strings.CutSuffix(typ, "List")
	if !slices.Contains(entryTypes, single) {
		return fmt.Errorf("context key %q: unknown type %q", key, typ)
	}
	if !multi && len(values) == 1 {
		c.Set(key, values[0])
	} else {
		c.SetList(key, values)
	}
	return nil
}

// Get returns the values of key and whether it is multi-valued; ok is false
// when the key is absent. The slice must not be changed.
func (c *Context) Get(key string) (values []string, multi, ok bool) {
	e := c.find(foldHash(key), key)
	if e == nil {
		return nil, false, false
	}
	return e.values(), e.multi, true
}

func (c *Context) find(hash uint32, key string) *contextEntry {
	for ; c != nil; c = c.base {
		if e := c.own(hash, key); e != nil {
			return e
		}
	}
	return nil
}

func (c *Context) own(hash uint32, key string) *contextEntry {
	c.settle()
	for i := range c.entries {
		if e := &c.entries[i]; e.hash == hash && equalFold(e.key, key) {
			return e
		}
	}
	return nil
}

// All yields each key, as spelt when set, with its values: those of the lowest
// layer first, otherwise in the order of setting. A key that a higher layer
// hides is left out.
func (c *Context) All() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) { c.each(c, yield) }
}

func (c *Context) each(top *Context, yield func(string, []string) bool) bool {
	if c == nil {
		return true
	}
	if !c.base.each(top, yield) {
		return false
	}
	c.settle()
	for i := range c.entries {
		e := &c.entries[i]
		if top.find(e.hash, e.key) == e && !yield(e.key, e.values()) {
			return false
		}
	}
	return true
}

// Layer empties c and puts it on top of base, whose keys show through where c
// has none of its own. One question of a request adds its keys this way.
func (c *Context) Layer(base *Context) {
	c.Reset()
	c.base = base
}

// Reset empties c for another use and keeps its memory.
func (c *Context) Reset() {
	c.base, c.fill = nil, nil
	clear(c.entries)
	c.entries = c.entries[:0]
}

// Clone returns a copy that changes independently, of all layers in one.
func (c *Context) Clone() *Context {
	d := new(Context)
	for key, values := range c.All() {
		if _, multi, _ := c.Get(key); multi {
			d.SetList(key, slices.Clone(values))
		} else {
			d.Set(key, values[0])
		}
	}
	return d
}
