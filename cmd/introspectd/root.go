package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/introspectd/introspectd/internal/config"
)

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "introspectd",
		Short: "Sessions as opaque tokens: one endpoint says what a token is worth, and log out means out",
		Long: `Sessions are opaque reference tokens. Services ask one RFC 7662 endpoint what a token is worth, and when a
logout returns nobody accepts the token any more.

Every flag can be set in the environment (--access-token-ttl is INTROSPECTD_ACCESS_TOKEN_TTL), and the settings of
"config print" in a YAML file named by --config. A flag beats the environment, and that beats the file.

Exit codes: 0 done, 1 error, 2 usage or configuration, 3 the token is inactive, 4 the database cannot be reached.`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: p.prepare,
	}
	root.PersistentFlags().StringVar(&p.file, "config", "", "YAML file with settings")
	root.PersistentFlags().StringVarP(&p.output, "output", "o", "table", "table or json")
	config.AddFlags(root.PersistentFlags(), "database", "allow-unsafe-database")
	root.AddCommand(p.serve(), p.dev(), p.audience(), p.client(), p.session(), p.token(), p.key(),
		p.configuration(), p.migrate(), p.gc(), p.doctor(), p.bench(), p.version())
	root.InitDefaultCompletionCmd("serve") // it is added as soon as there is a command beside it
	root.SetFlagErrorFunc(p.flagError)
	strict(root)
	return root
}

// strict makes a command that only holds others refuse anything but one of them; cobra prints help and reports success.
func strict(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
	if !cmd.HasSubCommands() {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		var names []string
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name())
			}
		}
		if len(args) == 0 {
			return usage("%s needs a command: %s", cmd.CommandPath(), strings.Join(names, ", "))
		}
		return usage("unknown command %q for %s%s", args[0], cmd.CommandPath(), config.Meant(args[0], "", names))
	}
	cmd.RunE = func(*cobra.Command, []string) error { return nil } // Args has refused before
}

// noArgs refuses arguments without repeating them: one may be a token.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no arguments", cmd.CommandPath())
	}
	return nil
}

// oneArg wants exactly one.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 || args[0] == "" {
			return usage("%s needs one %s, as in: %s %s", cmd.CommandPath(), what, cmd.CommandPath(), what)
		}
		return nil
	}
}

func (p *program) flagError(cmd *cobra.Command, err error) error {
	p.ran = cmd.CommandPath()
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			return usage("unknown flag -%s for %s", name, cmd.CommandPath())
		}
		return usage("unknown flag --%s for %s%s", name, cmd.CommandPath(), config.Meant(name, "--", names))
	}
	return usageError{err}
}

// prepare runs before any command: it takes what the environment says, and refuses what nobody understands.
func (p *program) prepare(cmd *cobra.Command, _ []string) error {
	p.ran = cmd.CommandPath()
	env, err := config.ReadEnvironment(p.environ, allFlags(cmd.Root()))
	if err != nil {
		return err
	}
	p.env = env
	if err := p.flagsFromEnvironment(cmd.Flags()); err != nil {
		return err
	}
	if p.output != "table" && p.output != "json" {
		return usage("--output %q is neither table nor json", p.output)
	}
	return nil
}

// flagsFromEnvironment sets the flags that are no settings. A list is separated by spaces.
func (p *program) flagsFromEnvironment(fs *pflag.FlagSet) error {
	settings := config.Table()
	var errs []error
	fs.VisitAll(func(f *pflag.Flag) {
		isSetting := slices.ContainsFunc(settings, func(s config.Setting) bool { return s.Name == f.Name })
		text, ok := p.env[config.Variable(f.Name)]
		if !ok || f.Changed || isSetting || f.Name == "help" {
			return
		}
		texts := []string{text}
		if f.Value.Type() == "stringArray" {
			texts = strings.Fields(text)
		}
		for _, t := range texts {
			if err := fs.Set(f.Name, t); err != nil {
				errs = append(errs, usageError{fmt.Errorf("environment %s: %w", config.Variable(f.Name), err)})
			}
		}
	})
	return errors.Join(errs...)
}

// allFlags are the names of the flags of all commands.
func allFlags(cmd *cobra.Command) []string {
	var names []string
	add := func(f *pflag.Flag) { names = append(names, f.Name) }
	cmd.LocalFlags().VisitAll(add)
	cmd.PersistentFlags().VisitAll(add)
	for _, sub := range cmd.Commands() {
		names = append(names, allFlags(sub)...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "help" })
}

// need refuses a command whose flags say nothing.
func need(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); !f.Changed || f.Value.String() == "" || f.Value.String() == "[]" {
			return usage("%s needs --%s", cmd.CommandPath(), name)
		}
	}
	return nil
}
