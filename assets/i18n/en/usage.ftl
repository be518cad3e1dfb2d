# What the command line says by itself. In English clap's own words stand; these are for every other language.

usage-heading = Usage:
usage-commands = Commands
usage-arguments = Arguments
usage-options = Options
usage-command = COMMAND
usage-some-options = OPTIONS
usage-help = Print help
usage-version = Print version
usage-default = [default: { $values }]
usage-possible = [possible values: { $values }]
usage-exit-codes =
    Exit codes: 0 done; 1 failed; 2 wrong usage or settings; 3 problems found in files or by doctor; 4 refused by the server; 5 server not reached.
    A first try without any server: textbank rehearse
usage-unknown-argument = there is no option or argument "{ $arg }" here
usage-unknown-command = there is no command "{ $arg }"
usage-command-missing = "{ $arg }" needs a command after it: { $values }
usage-required = this is missing: { $arg }
usage-twice = "{ $arg }" stands there more than once
usage-conflict = "{ $arg }" does not go together with "{ $other }"
usage-value-missing = "{ $arg }" needs a value
usage-value-wrong = "{ $value }" is no value for "{ $arg }"
usage-values-wrong = "{ $arg }" has too many or too few values
usage-not-unicode = what was given is no Unicode text
usage-similar = Perhaps this was meant: { $values }
usage-more = More: --help
