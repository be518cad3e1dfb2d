# The part `ui`.

## The terminal
ui-no-suspend = This terminal cannot be suspended.
ui-editor-failed = Your editor did not start; set VISUAL or EDITOR.
