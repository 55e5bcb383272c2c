package daypasstest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/daypass/daypass/internal/oidc"
)

// fetch gets the documents of the issuers that the test has; nil, which is the
// network, when it has none.
func (o *options) fetch() oidc.Fetch {
	if o.issuers == nil {
		return nil
	}
	return func(ctx context.Context, r oidc.Request) (*oidc.Document, error) {
		for url, h := range o.issuers {
			if !strings.HasPrefix(r.URL, strings.TrimSuffix(url, "/")+"/") {
				continue
			}
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil))
			if answer.Code != http.StatusOK {
				return nil, fmt.Errorf("getting %s: status %d", r.URL, answer.Code)
			}
			return &oidc.Document{Body: answer.Body.Bytes(), CacheControl: answer.Header().Get("Cache-Control")}, nil
		}
		return nil, fmt.Errorf("getting %s: %w", r.URL, oidc.ErrUnreachable)
	}
}
