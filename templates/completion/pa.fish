# Completion of pa for fish; printed by `pa completion fish`.

@TABLES@
# What the current word can be in _pa_found: first its kind, then what there is to choose.
function _pa_wanted --argument-names current
    set -l verb ''
    set -l position 0
    set -l pending ''
    for word in $argv[2..]
        if test -n "$pending"
            set pending ''
        else if string match -qr -- '^-.' $word
            string match -qr -- '^--(user|system)$' $word; and set -g _pa_scope $word
            _pa_value "$verb $word"
            set -q _pa_found[1]; and set pending $word
        else if begin; _pa_below "$verb"; contains -- $word (string split -f1 -- \t $_pa_found); end
            set verb (string trim "$verb $word")
        else
            set position (math $position + 1)
        end
    end
    if test -z "$pending"; and string match -qr -- '^--.*=' $current
        set pending (string split -f1 -m1 -- = $current)
    end
    if test -n "$pending"
        _pa_value "$verb $pending"
    else if string match -q -- '-*' $current
        _pa_options "$verb"
        set -p _pa_found choice
    else if test $position = 0; and begin; _pa_below "$verb"; set -q _pa_found[1]; end
        set -p _pa_found choice
    else
        _pa_argument "$verb $position"
        set -q _pa_found[1]; or _pa_argument "$verb +"
    end
end

function _pa_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l before ''
    set -g _pa_scope
    _pa_wanted "$current" $words[2..]
    if string match -qr -- '^--.*=' $current
        set before (string match -r -- '^--[^=]*=' $current)
        set current (string replace -- $before '' $current)
    end
    set -l kind $_pa_found[1]
    set -e _pa_found[1]
    switch "$kind"
        case agent
            set _pa_found ($words[1] __names $_pa_scope 2>/dev/null)
        case label
            set _pa_found ($words[1] __labels $_pa_scope 2>/dev/null)
        case field
            _pa_fields ''
            set _pa_found $_pa_found=
        case spec
            set _pa_found (__fish_complete_path $current | string match -r -- '.*(?:/|\.(?:yaml|yml|json))(?:\t.*)?$')
        case file
            set _pa_found (__fish_complete_path $current)
        case directory
            set _pa_found (__fish_complete_directories $current)
        case ''
            set _pa_found
    end
    set -q _pa_found[1]; and printf '%s\n' $before$_pa_found
end

complete -c pa -c persistent-agent -f -a '(_pa_complete)'
