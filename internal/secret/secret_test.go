package secret

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretNeverPrints(t *testing.T) {
	type inner struct{ hidden String }
	type outer struct {
		Shown String
		in    inner
	}
	v := outer{Shown: New("hunter2hunter2"), in: inner{New("hunter2hunter2")}}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "v", v.Shown, "o", v)
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{
		fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%d %x %q", v, v.Shown, v.in.hidden),
		fmt.Sprint(&v), string(j), logged.String(), fmt.Errorf("oops: %v", v.Shown).Error(),
	} {
		if strings.Contains(got, "hunter2") || strings.Contains(got, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("secret printed: %s", got)
		}
	}
	if v.Shown.Reveal() != "hunter2hunter2" {
		t.Error("Reveal lost the text")
	}
}

func TestEqual(t *testing.T) {
	if !New("a").Equal(New("a")) || New("a").Equal(New("b")) || New("a").Equal(String{}) || !(String{}).Equal(New("")) {
		t.Error("Equal disagrees with ==")
	}
}
