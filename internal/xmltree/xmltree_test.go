package xmltree

import (
	"errors"
	"strings"
	"testing"
)

var roomy = Limits{Bytes: 1 << 20, Depth: 100, Nodes: 10_000}

func canonicalOf(t testing.TB, e *Element, form Form) string {
	t.Helper()
	b, err := e.Canonical(form, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// find returns the first element of the local name.
func find(root *Element, local string) (found *Element) {
	root.Walk(func(e *Element) {
		if found == nil && e.Local == local {
			found = e
		}
	})
	return found
}

// The cases follow the rules and examples of Canonical XML and of its exclusive
// form (https://www.w3.org/TR/xml-c14n section 3, xml-exc-c14n sections 2 and 3).
func TestCanonicalForm(t *testing.T) {
	for _, tt := range []struct {
		name, xml, at string
		form          Form
		want          string
	}{
		{name: "empty elements have an end tag", xml: `<a/>`, want: `<a></a>`},
		{name: "the declaration and what is beside the root go", xml: "<?xml version=\"1.0\"?>\n<!-- x --><a/>\n", want: `<a></a>`},
		{name: "white space within stays", xml: "<a>\n  <b/> </a>", want: "<a>\n  <b></b> </a>"},
		{name: "white space in tags goes", xml: "<a  x = '1'\n\ty=\"2\" ></a >", want: `<a x="1" y="2"></a>`},
		{name: "attributes are sorted, those without a namespace first", xml: `<a xmlns:b="urn:2" xmlns:c="urn:1" b:x="1" c:y="2" z="3" a="4"/>`, want: `<a xmlns:b="urn:2" xmlns:c="urn:1" a="4" z="3" c:y="2" b:x="1"></a>`},
		{name: "line ends", xml: "<a>1\r\n2\r3\n4&#xD;</a>", want: "<a>1\n2\n3\n4&#xD;</a>"},
		{name: "attribute values", xml: "<a x='\t\n&#9;&#10;&#13;\"&lt;&gt;&amp;&apos;'/>", want: `<a x="  &#x9;&#xA;&#xD;&quot;&lt;>&amp;'"></a>`},
		{name: "text", xml: `<a>&lt;&gt;&amp;&quot;&apos;&#233;"'></a>`, want: `<a>&lt;&gt;&amp;"'é"'&gt;</a>`},
		{name: "CDATA is text", xml: `<a>x<![CDATA[<&>]]]>]]&gt;</a>`, want: `<a>x&lt;&amp;&gt;]]]&gt;</a>`},
		{name: "comments go", xml: `<a>x<!-- c -->y</a>`, want: `<a>xy</a>`},
		{name: "comments stay when asked for", xml: `<a>x<!-- c -->y</a>`, form: Form{Comments: true}, want: `<a>x<!-- c -->y</a>`},
		{name: "a namespace that is not used goes", xml: `<a xmlns="urn:a" xmlns:b="urn:b"><c/></a>`, want: `<a xmlns="urn:a"><c></c></a>`},
		{name: "a namespace is written where it is used", xml: `<a xmlns:b="urn:b"><b:c><b:d/></b:c><b:e/></a>`, want: `<a><b:c xmlns:b="urn:b"><b:d></b:d></b:c><b:e xmlns:b="urn:b"></b:e></a>`},
		{name: "by an attribute too", xml: `<a xmlns:b="urn:b"><c b:x="1"/></a>`, want: `<a><c xmlns:b="urn:b" b:x="1"></c></a>`},
		{name: "the default namespace is no attribute's", xml: `<a xmlns="urn:a"><b xmlns="" x="1"/></a>`, want: `<a xmlns="urn:a"><b xmlns="" x="1"></b></a>`},
		{name: "the empty default namespace is not written in vain", xml: `<a xmlns=""><b xmlns=""/></a>`, want: `<a><b></b></a>`},
		{name: "a prefix that is declared anew", xml: `<b:a xmlns:b="urn:1"><b:c xmlns:b="urn:2"><b:d xmlns:b="urn:1"/></b:c><b:e xmlns:b="urn:1"/></b:a>`, want: `<b:a xmlns:b="urn:1"><b:c xmlns:b="urn:2"><b:d xmlns:b="urn:1"></b:d></b:c><b:e></b:e></b:a>`},
		{name: "a part has the namespaces it uses from around it", xml: `<r xmlns="urn:r" xmlns:b="urn:b" xmlns:c="urn:c"><b:a><x/></b:a></r>`, at: "a", want: `<b:a xmlns:b="urn:b"><x xmlns="urn:r"></x></b:a>`},
		{name: "inclusive prefixes are written at the top", xml: `<r xmlns="urn:r" xmlns:b="urn:b" xmlns:c="urn:c"><b:a><b:x c="1"/></b:a></r>`, at: "a", form: Form{Inclusive: []string{"c", "", "none"}}, want: `<b:a xmlns="urn:r" xmlns:b="urn:b" xmlns:c="urn:c"><b:x c="1"></b:x></b:a>`},
		{name: "and where they are declared anew", xml: `<a xmlns:c="urn:c"><b xmlns:c="urn:d" xmlns:e="urn:e"><c:f xmlns:c="urn:d"/></b></a>`, form: Form{Inclusive: []string{"c"}}, want: `<a xmlns:c="urn:c"><b xmlns:c="urn:d"><c:f></c:f></b></a>`},
		{name: "the prefix xml is never declared", xml: `<a xml:lang="en" xmlns:xml="http://www.w3.org/XML/1998/namespace"/>`, form: Form{Inclusive: []string{"xml"}}, want: `<a xml:lang="en"></a>`},
		{name: "attributes of xml are not inherited", xml: `<r xml:lang="en"><a/></r>`, at: "a", want: `<a></a>`},
		{name: "beyond the basic plane", xml: "<a x='\U0001F600'>&#x1F600;</a>", want: "<a x=\"\U0001F600\">\U0001F600</a>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, err := Parse([]byte(tt.xml), roomy)
			if err != nil {
				t.Fatal(err)
			}
			if tt.at != "" {
				root = find(root, tt.at)
			}
			if got := canonicalOf(t, root, tt.form); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.xml, got, tt.want)
			}
		})
	}
}

func TestAChildIsLeftOut(t *testing.T) {
	root, err := Parse([]byte(`<a>1<b/>2<b/></a>`), roomy)
	if err != nil {
		t.Fatal(err)
	}
	if got := canonicalOf(t, root, Form{Omit: root.Elements()[0]}); got != `<a>12<b></b></a>` {
		t.Error(got)
	}
}

func TestDocumentsThatAreNotRead(t *testing.T) {
	for _, tt := range []struct{ xml, reason string }{
		{"", "no element"},
		{"  ", "no element"},
		{"a", "text outside"},
		{"\ufeff<a/>", "text outside"},
		{"<a/>x", "text outside"},
		{"<a/><![CDATA[x]]>", "CDATA"},
		{"<![CDATA[x]]><a/>", "CDATA"},
		{"<a><![CDATA[x]]</a>", "CDATA"},
		{"<a/><b/>", "second root"},
		{"<a>", "not closed"},
		{"<a><b></a>", "does not match b"},
		{"<a></b>", "does not match a"},
		{"<x:a xmlns:x='u'></a>", "does not match"},
		{"<a xmlns:x='u'></x:a>", "does not match"},
		{"<a></:a>", "does not match"},
		{"</a>", "of nothing"},
		{"<a></a", "not closed"},
		{"<a", "not a tag"},
		{"<a /", "not a name"},
		{"<a/ >", "not a tag"},
		{"<>", "not a name"},
		{"< a/>", "not a name"},
		{"<1/>", "not a name"},
		{"<-a/>", "not a name"},
		{"<:a/>", "not a name"},
		{"<a:/>", "not a name"},
		{"<a:b:c/>", "not a name"},
		{"<é/>", "not a name"},
		{"<a:b/>", "prefix a is not declared"},
		{"<a b:c='1'/>", "prefix b is not declared"},
		{"<xmlns:a/>", "prefix xmlns is not declared"},
		{"<a xmlns:xmlns='urn:x'/>", "not a name"},
		{"<a xmlns:b='http://www.w3.org/2000/xmlns/'/>", "reserved"},
		{"<a xmlns='http://www.w3.org/2000/xmlns/'/>", "reserved"},
		{"<a xmlns:xml='urn:x'/>", "reserved"},
		{"<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>", "reserved"},
		{"<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "reserved"},
		{"<a xmlns:b=''/>", "declared as nothing"},
		{"<a xmlns:b='u' xmlns:b='u'/>", "declared twice"},
		{"<a xmlns='u' xmlns='u'/>", "declared twice"},
		{"<a b='1' b='2'/>", "given twice"},
		{"<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>", "given twice"},
		{"<a " + attributes(20) + " a0='x'/>", "given twice"},
		{"<a b/>", "has no value"},
		{"<a b=1/>", "has no quotes"},
		{"<a b='1/>", "not closed"},
		{"<a b='<'/>", "not closed"},
		{"<a b='1'c='2'/>", "not a tag"},
		{"<a b='&x;'/>", "reference"},
		{"<a>&x;</a>", "reference"},
		{"<a>& </a>", "reference"},
		{"<a>&amp</a>", "reference"},
		{"<a>&#0;</a>", "reference"},
		{"<a>&#x;</a>", "reference"},
		{"<a>&#-1;</a>", "reference"},
		{"<a>&#+65;</a>", "reference"},
		{"<a>&#xD800;</a>", "reference"},
		{"<a>&#xFFFE;</a>", "reference"},
		{"<a>&#x110000;</a>", "reference"},
		{"<a>&#99999999999999;</a>", "reference"},
		{"<a>&#00000000000065;</a>", "reference"},
		{"<a>]]></a>", "]]> in text"},
		{"<a><!-- x", "comment"},
		{"<a><!-- -- --></a>", "comment"},
		{"<a><!-- ---></a>", "comment"},
		{"<!DOCTYPE a><a/>", "document type"},
		{"<!doctype a><a/>", "document type"},
		{"<a><!ELEMENT b></a>", "document type"},
		{"<?x?><a/>", "processing instruction"},
		{"<a><?x?></a>", "processing instruction"},
		{" <?xml version='1.0'?><a/>", "processing instruction"},
		{"<?xml version='1.1'?><a/>", "processing instruction"},
		{"<?xml version='1.0' encoding='latin1'?><a/>", "processing instruction"},
		{"<?xml encoding='utf-8'?><a/>", "processing instruction"},
		{"<a>\x00</a>", "control character"},
		{"<a>\x0b</a>", "control character"},
		{"<a>\xc3</a>", "UTF-8"},
		{"<a>\xed\xa0\x80</a>", "UTF-8"},
		{"<a>\uffff</a>", "UTF-8"},
	} {
		_, err := Parse([]byte(tt.xml), roomy)
		if err == nil || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%q: %v, want %q", tt.xml, err, tt.reason)
		}
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + "='1'")
	}
	return strings.ReplaceAll(b.String(), " a00=", " a0=")
}

func TestDeclarationsThatAreRead(t *testing.T) {
	for _, xml := range []string{
		"<?xml version='1.0'?><a/>", `<?xml version="1.0" encoding="UTF-8" standalone="no" ?><a/>`, "<?xml version = '1.0' encoding='Utf-8'?>\n<a/>",
	} {
		if _, err := Parse([]byte(xml), roomy); err != nil {
			t.Errorf("%s: %v", xml, err)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		xml    string
		limits Limits
		ok     bool
	}{
		{"<a/>", Limits{4, 1, 1}, true},
		{"<a/>", Limits{3, 1, 1}, false},
		{"<a/>", Limits{4, 0, 1}, false},
		{"<a/>", Limits{4, 1, 0}, false},
		{"<a><b/></a>", Limits{100, 2, 2}, true},
		{"<a><b/></a>", Limits{100, 1, 2}, false},
		{"<a><b/><b/></a>", Limits{100, 2, 3}, true},
		{"<a x='1'/>", Limits{100, 1, 1}, false},
		{"<a xmlns='1'/>", Limits{100, 1, 1}, false},
		{"<a>x</a>", Limits{100, 1, 1}, false},
		{"<a>x<![CDATA[y]]></a>", Limits{100, 1, 2}, false},
		{"<a><!-- --></a>", Limits{100, 1, 1}, false},
		{"<!-- --><a/>", Limits{100, 1, 1}, false},
	} {
		_, err := Parse([]byte(tt.xml), tt.limits)
		if (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrLimit) {
			t.Errorf("%s within %+v: %v", tt.xml, tt.limits, err)
		}
	}
	root, err := Parse([]byte("<a>xxx</a>"), roomy)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := root.Canonical(Form{}, 9); !errors.Is(err, ErrLimit) {
		t.Errorf("10 bytes within 9: %v", err)
	}
	if _, err := root.Canonical(Form{}, 10); err != nil {
		t.Error(err)
	}
}

func TestNamespacesOfWhatIsAround(t *testing.T) {
	outer, err := Parse([]byte(`<a xmlns="urn:a" xmlns:p="urn:1"><b xmlns:p="urn:2"/></a>`), roomy)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := ParseIn(find(outer, "b"), []byte(`<c><p:d/></c>`), roomy)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := canonicalOf(t, inner, Form{Inclusive: []string{"p"}}), `<c xmlns="urn:a" xmlns:p="urn:2"><p:d></p:d></c>`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(find(outer, "b").Children) != 0 {
		t.Error("the outer document was changed")
	}
}

func TestValues(t *testing.T) {
	root, err := Parse([]byte(`<r><a/><b>x<![CDATA[y]]>z</b><c>x<!-- -->y</c><d><e/></d></r>`), roomy)
	if err != nil {
		t.Fatal(err)
	}
	for local, want := range map[string]string{"a": "", "b": "xyz"} {
		if got, err := find(root, local).Value(); err != nil || got != want {
			t.Errorf("%s is %q, %v", local, got, err)
		}
	}
	for _, local := range []string{"c", "d"} {
		if got, err := find(root, local).Value(); err == nil {
			t.Errorf("%s is %q", local, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`<a/>`, `<?xml version="1.0"?><a x='1' xmlns:b="urn:b" b:y="&lt;">t&#x41;<![CDATA[<]]><!-- c --><b:c/></a>`, `<a xmlns="u"><b xmlns=""/></a>`, `<!DOCTYPE a>`,
	} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, comments bool) {
		root, err := Parse(data, Limits{Bytes: 10_000, Depth: 50, Nodes: 1000})
		if err != nil {
			return
		}
		form := Form{Comments: comments}
		first, err := root.Canonical(form, 1<<20)
		if err != nil {
			return
		}
		again, err := Parse(first, Limits{Bytes: 1 << 20, Depth: 50, Nodes: 10_000})
		if err != nil {
			t.Fatalf("%q is not read again: %v", first, err)
		}
		if second := canonicalOf(t, again, form); second != string(first) {
			t.Fatalf("%q becomes %q, and that %q", data, first, second)
		}
	})
}
