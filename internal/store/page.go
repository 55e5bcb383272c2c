package store

// Page selects a part of a list that is ordered by name, ignoring case.
type Page struct {
	PathPrefix string // "" or "/" is everything
	After      string // the folded name after which the page begins; "" is the start
	Limit      int    // the most items to return
}

// Every list of named things takes the page as its parameters $2 to $4, and
// the account as $1.
const (
	pageClause = pageWhere + pageOrder
	pageWhere  = ` where account = $1 and fold > $2 and substr(path, 1, length($3)) = $3`
	pageOrder  = ` order by fold limit $4`
)

func (p Page) args(account string) []any {
	return []any{account, p.After, p.PathPrefix, p.Limit}
}
