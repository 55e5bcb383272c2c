package store

import "github.com/daypass/daypass/internal/iam"

const groupColumns = "id, account, path, name, created"

func scanGroup(r scanner) (g iam.Group, err error) {
	var created int64
	err = r.Scan(&g.ID, &g.Account, &g.Path, &g.Name, &created)
	g.Created = fromMillis(created)
	return g, err
}

// CreateGroup adds a group; ErrExists if the account has one of the name.
func (tx *Tx) CreateGroup(g iam.Group) error {
	tx.touch(GroupChange, g.Account, g.ID, g.Name)
	err := tx.insert(`insert into iam_group (`+groupColumns+`, fold) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
		g.ID, g.Account, g.Path, g.Name, millis(g.Created), iam.Fold(g.Name))
	return missing(err, "group", g.Name)
}

// Group returns the account's group of the name, ignoring case.
func (tx *Tx) Group(account, name string) (iam.Group, error) {
	g, err := one(tx, scanGroup, "select "+groupColumns+" from iam_group where account = $1 and fold = $2", account, iam.Fold(name))
	return g, missing(err, "group", name)
}

// GroupByID returns the group with the unique id.
func (tx *Tx) GroupByID(id string) (iam.Group, error) {
	g, err := one(tx, scanGroup, "select "+groupColumns+" from iam_group where id = $1", id)
	return g, missing(err, "group", id)
}

// Groups returns a page of the account's groups.
func (tx *Tx) Groups(account string, p Page) ([]iam.Group, error) {
	return list(tx, scanGroup, "select "+groupColumns+" from iam_group"+pageClause, p.args(account)...)
}

// CountGroups returns how many groups the account has.
func (tx *Tx) CountGroups(account string) (int, error) {
	return tx.count("select count(*) from iam_group where account = $1", account)
}

// UpdateGroup makes the group was into now: path and name. ErrExists if
// another group has the name.
func (tx *Tx) UpdateGroup(was, now iam.Group) error {
	if err := tx.nameFree("iam_group", now.Account, now.Name, now.ID); err != nil {
		return missing(err, "group", now.Name)
	}
	tx.touch(GroupChange, was.Account, was.ID, was.Name)
	if now.Name != was.Name {
		tx.touch(GroupChange, now.Account, now.ID, now.Name)
	}
	err := tx.must("update iam_group set path = $2, name = $3, fold = $4 where id = $1",
		was.ID, now.Path, now.Name, iam.Fold(now.Name))
	return missing(err, "group", was.Name)
}

// DeleteGroup removes the group. Its members and policies must be gone before.
func (tx *Tx) DeleteGroup(g iam.Group) error {
	tx.touch(GroupChange, g.Account, g.ID, g.Name)
	return missing(tx.must("delete from iam_group where id = $1", g.ID), "group", g.Name)
}

// AddMember makes the user a member; it is no error if it is one already.
func (tx *Tx) AddMember(g iam.Group, u iam.User) error {
	tx.touch(UserChange, u.Account, u.ID, u.Name)
	_, err := tx.change("insert into membership (account, user_id, group_id) values ($1, $2, $3) on conflict do nothing",
		g.Account, u.ID, g.ID)
	return err
}

// RemoveMember ends a membership; ErrNotFound if there is none.
func (tx *Tx) RemoveMember(g iam.Group, u iam.User) error {
	tx.touch(UserChange, u.Account, u.ID, u.Name)
	err := tx.must("delete from membership where user_id = $1 and group_id = $2", u.ID, g.ID)
	return missing(err, "member", u.Name)
}

// GroupsOf returns the groups of the user, ordered by name.
func (tx *Tx) GroupsOf(userID string) ([]iam.Group, error) {
	return list(tx, scanGroup, `select g.id, g.account, g.path, g.name, g.created from iam_group g
		join membership m on m.group_id = g.id where m.user_id = $1 order by g.fold`, userID)
}

// Members returns a page of the members of the group, ordered by name.
func (tx *Tx) Members(groupID string, p Page) ([]iam.User, error) {
	return list(tx, scanUser, `select u.id, u.account, u.path, u.name, u.created, u.boundary, u.tags from iam_user u
		join membership m on m.user_id = u.id where m.group_id = $1 and u.fold > $2 order by u.fold limit $3`,
		groupID, p.After, p.Limit)
}
