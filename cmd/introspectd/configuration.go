package main

import (
	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/daemon"
)

func (p *program) configuration() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at the configuration"}
	check := &cobra.Command{
		Use: "check", Short: "Say whether the configuration is in order", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := p.settings(cmd)
			if err != nil {
				return err
			}
			if err := daemon.CheckFiles(loaded.Settings); err != nil {
				return err
			}
			p.say("the configuration is in order")
			return nil
		},
	}
	show := &cobra.Command{
		Use: "print", Short: "Print each setting and where it comes from; secrets are redacted", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := p.settings(cmd)
			if err != nil {
				return err
			}
			rows := [][]string{{"SETTING", "VALUE", "ORIGIN"}}
			for _, v := range loaded.Values {
				rows = append(rows, []string{v.Name, v.Value, v.Origin})
			}
			return p.print(struct {
				Settings []config.Value `json:"settings"`
			}{loaded.Values}, rows)
		},
	}
	config.AddFlags(check.Flags())
	config.AddFlags(show.Flags())
	cmd.AddCommand(check, show)
	return cmd
}
