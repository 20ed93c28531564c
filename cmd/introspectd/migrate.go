package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/session/sqlstore"
)

func (p *program) migrate() *cobra.Command {
	cmd := &cobra.Command{Use: "migrate", Short: "The schema of the database"}
	status := &cobra.Command{
		Use: "status", Short: "List the steps of the schema, and which of them the database has; changes nothing", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := p.settings(cmd)
			if err != nil {
				return err
			}
			c := storeConfig(loaded.Settings)
			c.Migrate = false
			steps, err := sqlstore.Migrations(cmd.Context(), c)
			if err != nil {
				return err
			}
			return p.printSteps(steps)
		},
	}
	up := &cobra.Command{
		Use: "up", Short: "Bring the schema up to date", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := p.settings(cmd)
			if err != nil {
				return err
			}
			steps, err := sqlstore.Up(cmd.Context(), storeConfig(loaded.Settings))
			if err != nil {
				return err
			}
			if len(steps) == 0 {
				p.say("%s is up to date", loaded.Settings.Database)
			}
			for _, s := range steps {
				p.say("applied %s", s.Name)
			}
			return p.jsonOnly(viewSteps(steps))
		},
	}
	cmd.AddCommand(status, up)
	return cmd
}

type stepsView struct {
	Migrations []stepView `json:"migrations"`
}

type stepView struct {
	Version int64  `json:"version"`
	Name    string `json:"name"`
	Applied bool   `json:"applied"`
}

func viewSteps(steps []sqlstore.Migration) stepsView {
	out := stepsView{[]stepView{}}
	for _, s := range steps {
		out.Migrations = append(out.Migrations, stepView(s))
	}
	return out
}

func (p *program) printSteps(steps []sqlstore.Migration) error {
	rows := [][]string{{"VERSION", "NAME", "STATE"}}
	for _, s := range steps {
		state := "pending"
		if s.Applied {
			state = "applied"
		}
		rows = append(rows, []string{strconv.FormatInt(s.Version, 10), fmt.Sprint(s.Name), state})
	}
	return p.print(viewSteps(steps), rows)
}
