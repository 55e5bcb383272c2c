package credentials

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

// localClient returns a client for endpoints on the machine or its link: no proxy
// sees their secrets, and no redirect takes a token elsewhere.
func localClient(given *http.Client) *http.Client {
	c := new(http.Client)
	if given != nil {
		*c = *given
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.Proxy, t.DisableCompression = nil, true
		c.Transport = t
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// statusError is an answer with another status than 200.
type statusError struct{ status int }

func (e *statusError) Error() string {
	return fmt.Sprintf("status %d %s", e.status, http.StatusText(e.status))
}

// fetch sends a request up to three times: network faults and 5xx pass.
func fetch(ctx context.Context, client *http.Client, perTry time.Duration, make func(context.Context) (*http.Request, error)) ([]byte, error) {
	for n := 1; ; n++ {
		body, again, err := fetchOnce(ctx, client, perTry, make)
		if err == nil || !again || n == 3 || ctx.Err() != nil {
			return body, err
		}
		timer := time.NewTimer(time.Duration(rand.Int64N(int64(100 * time.Millisecond << n))))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, err
		case <-timer.C:
		}
	}
}

func fetchOnce(ctx context.Context, client *http.Client, perTry time.Duration, make func(context.Context) (*http.Request, error)) (body []byte, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, perTry)
	defer cancel()
	r, err := make(ctx)
	if err != nil {
		return nil, false, err
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, true, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, true, err
	case response.StatusCode != http.StatusOK:
		return nil, response.StatusCode >= 500, &statusError{response.StatusCode}
	case len(body) > maxDocument:
		return nil, false, fmt.Errorf("the answer has over %d bytes", maxDocument)
	}
	return body, false, nil
}
