package sts

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rules is a node of the published endpoint rules: a tree of conditions, with an
// endpoint or an error at its leaves.
type rules struct {
	Conditions []call
	Rules      []rules
	Error      string
	Endpoint   *struct {
		URL        any
		Properties struct {
			AuthSchemes []struct{ Name, SigningName, SigningRegion string }
		}
	}
}

type call struct {
	Fn     string
	Argv   []any
	Assign string
}

// published reads a file of botocore's data, and skips the test without it.
func published(t *testing.T, path string, into any) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "python3", "-c",
		"import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data'))").Output()
	if err != nil {
		t.Skipf("no botocore to compare with: %v", err)
	}
	path = filepath.Join(strings.TrimSpace(string(out)), path)
	var from io.Reader
	file, err := os.Open(path)
	if err == nil {
		from = file
	} else if file, err = os.Open(path + ".gz"); err == nil {
		if from, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	} else {
		t.Skipf("botocore is here but %s is not", path)
	}
	defer file.Close()
	if err := json.NewDecoder(from).Decode(into); err != nil {
		t.Fatal(err)
	}
}

type partitionsFile struct {
	Partitions []struct {
		ID          string
		RegionRegex string
		Regions     map[string]any
		Outputs     map[string]any
	}
}

// evaluator evaluates the rules as their language is defined, without a thought
// for this service.
type evaluator struct {
	t          *testing.T
	partitions partitionsFile
}

// eval returns the endpoint or the error of the first rule that applies.
func (e *evaluator) eval(r rules, scope map[string]any) (got string, region string, ok bool) {
	inner := make(map[string]any, len(scope))
	for k, v := range scope {
		inner[k] = v
	}
	for _, c := range r.Conditions {
		v := e.call(c, inner)
		if v == nil || v == false {
			return "", "", false
		}
		if c.Assign != "" {
			inner[c.Assign] = v
		}
	}
	switch {
	case r.Error != "":
		return "error: " + r.Error, "", true
	case r.Endpoint != nil:
		if len(r.Endpoint.Properties.AuthSchemes) > 0 {
			region = e.template(r.Endpoint.Properties.AuthSchemes[0].SigningRegion, inner)
		}
		return e.value(r.Endpoint.URL, inner).(string), region, true
	}
	for _, next := range r.Rules {
		if got, region, ok := e.eval(next, inner); ok {
			return got, region, ok
		}
	}
	return "", "", false
}

func (e *evaluator) call(c call, scope map[string]any) any {
	arg := func(i int) any { return e.value(c.Argv[i], scope) }
	switch c.Fn {
	case "isSet":
		return arg(0) != nil
	case "not":
		v := arg(0)
		return v == nil || v == false
	case "booleanEquals", "stringEquals":
		return arg(0) == arg(1)
	case "getAttr":
		return arg(0).(map[string]any)[c.Argv[1].(string)]
	case "aws.partition":
		return e.partition(arg(0).(string))
	}
	e.t.Fatalf("the rules use %s, which the evaluator does not know", c.Fn)
	return nil
}

func (e *evaluator) partition(region string) any {
	for _, p := range e.partitions.Partitions {
		if _, ok := p.Regions[region]; ok {
			return p.Outputs
		}
	}
	for _, p := range e.partitions.Partitions {
		if regexp.MustCompile(p.RegionRegex).MatchString(region) {
			return p.Outputs
		}
	}
	return e.partitions.Partitions[0].Outputs
}

func (e *evaluator) value(v any, scope map[string]any) any {
	switch v := v.(type) {
	case string:
		return e.template(v, scope)
	case map[string]any:
		if name, ok := v["ref"].(string); ok {
			return scope[name]
		}
		c := call{Fn: v["fn"].(string), Argv: v["argv"].([]any)}
		return e.call(c, scope)
	}
	return v
}

var placeholder = regexp.MustCompile(`\{([^}]+)\}`)

func (e *evaluator) template(s string, scope map[string]any) string {
	return placeholder.ReplaceAllStringFunc(s, func(m string) string {
		name, attribute, nested := strings.Cut(m[1:len(m)-1], "#")
		v := scope[name]
		if nested {
			v = v.(map[string]any)[attribute]
		}
		return v.(string)
	})
}

// errorsOf are the rules' errors and ours.
var errorsOf = map[string]string{
	"Invalid Configuration: FIPS and custom endpoint are not supported":      "a configured endpoint cannot be combined with FIPS",
	"Invalid Configuration: Dualstack and custom endpoint are not supported": "a configured endpoint cannot be combined with dual-stack",
	"Invalid Configuration: Missing Region":                                  "no Region is configured",
}

// TestEndpointsAreThoseOfThePublishedRules goes through every Region that is
// known, some that are not yet, and every combination of the other parameters.
func TestEndpointsAreThoseOfThePublishedRules(t *testing.T) {
	var tree rules
	published(t, "sts/2011-06-15/endpoint-rule-set-1.json", &tree)
	e := &evaluator{t: t}
	published(t, "partitions.json", &e.partitions)

	regions := []string{
		"", "us-east-9", "mx-new-2", "cn-new-7", "us-gov-new-3", "eusc-de-new-2", "eusc-fr-new-1", "us-iso-new-4", "us-isob-new-5", "us-isof-new-6", "eu-isoe-new-7", "nowhere", "zz-new-1",
		"us-gov", "us-gov-1", "us-gov-a-b-1", "us-gov-east-x", "cn--1", "us-iso-east-", "us-isof-global",
	}
	for _, p := range e.partitions.Partitions {
		for r := range p.Regions {
			regions = append(regions, r)
		}
	}
	cases := 0
	for _, region := range regions {
		for flags := range 16 {
			p := EndpointParams{Region: region, Global: flags&1 > 0, FIPS: flags&2 > 0, DualStack: flags&4 > 0}
			scope := map[string]any{"UseGlobalEndpoint": p.Global, "UseFIPS": p.FIPS, "UseDualStack": p.DualStack}
			if region != "" {
				scope["Region"] = region
			}
			if flags&8 > 0 {
				p.Endpoint = "https://sts.example.com:8443/path"
				scope["Endpoint"] = p.Endpoint
			}
			want, signing, ok := e.eval(tree, scope)
			if !ok {
				t.Fatalf("the rules say nothing about %+v", p)
			}
			endpoint, err := ResolveEndpoint(p)
			got := endpoint.URL
			if err != nil {
				got = "error: " + err.Error()
			}
			if text, ok := strings.CutPrefix(want, "error: "); ok {
				if errorsOf[text] == "" {
					t.Errorf("the rules have an error that we do not: %s", text)
				}
				want = "error: " + errorsOf[text]
			}
			if strings.HasPrefix(region, "us-iso-east-") && len(region) == 12 && err != nil {
				continue // ends in a dash: no part of a host name, which the rules do not ask
			}
			if got != want {
				t.Errorf("%+v: %s, the rules say %s", p, got, want)
			}
			if signing != "" && endpoint.SigningRegion != signing {
				t.Errorf("%+v is signed for %q, the rules say %q", p, endpoint.SigningRegion, signing)
			}
			cases++
		}
	}
	if cases < 900 {
		t.Errorf("%d cases were compared, want more", cases)
	}
}

func TestPartitionsAreThePublishedOnes(t *testing.T) {
	var file partitionsFile
	published(t, "partitions.json", &file)
	if len(file.Partitions) != len(partitions) {
		t.Errorf("%d partitions, published are %d", len(partitions), len(file.Partitions))
	}
	for _, p := range file.Partitions {
		if p.Outputs["supportsFIPS"] != true || p.Outputs["supportsDualStack"] != true {
			t.Errorf("%s lacks FIPS or dual-stack endpoints", p.ID)
		}
		for region := range p.Regions {
			got := partitionOf(region)
			if got.name != p.ID || got.suffix != p.Outputs["dnsSuffix"] || got.dualStack != p.Outputs["dualStackDnsSuffix"] {
				t.Errorf("%s is in %+v, want %s %v", region, got, p.ID, p.Outputs)
			}
		}
	}
}

func TestSigningRegionOfOnesOwnEndpoint(t *testing.T) {
	for region, want := range map[string]string{"eu-west-1": "eu-west-1", "aws-global": "us-east-1", "": ""} {
		e, err := ResolveEndpoint(EndpointParams{Region: region, Endpoint: "http://127.0.0.1:7870"})
		if err != nil || e.SigningRegion != want || e.URL != "http://127.0.0.1:7870" {
			t.Errorf("%q: %+v, %v", region, e, err)
		}
	}
}

func TestEndpointsThatAreNone(t *testing.T) {
	for _, endpoint := range []string{"sts.example.com", "ftp://example.com", "http://", "http:///path", "https://user@example.com", "https://example.com?x=1", "https://example.com#x", "http://exa mple.com", "%"} {
		if _, err := ResolveEndpoint(EndpointParams{Region: "us-east-1", Endpoint: endpoint}); err == nil {
			t.Errorf("%s was accepted", endpoint)
		}
	}
	for _, region := range []string{"-x", "x-", "a.b", "a/b", "a@b", "é", strings.Repeat("a", 64)} {
		if e, err := ResolveEndpoint(EndpointParams{Region: region}); err == nil {
			t.Errorf("Region %q gave %s", region, e.URL)
		}
	}
}

func ExampleResolveEndpoint() {
	for _, p := range []EndpointParams{
		{Region: "eu-west-1"},
		{Region: "eu-west-1", Global: true},
		{Region: "us-east-2", FIPS: true, DualStack: true},
		{Region: "cn-north-1"},
	} {
		e, err := ResolveEndpoint(p)
		fmt.Println(e.URL, e.SigningRegion, err)
	}
	// Output:
	// https://sts.eu-west-1.amazonaws.com eu-west-1 <nil>
	// https://sts.amazonaws.com us-east-1 <nil>
	// https://sts-fips.us-east-2.api.aws us-east-2 <nil>
	// https://sts.cn-north-1.amazonaws.com.cn cn-north-1 <nil>
}
