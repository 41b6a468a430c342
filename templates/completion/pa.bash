# Completion of pa for bash; printed by `pa completion bash`.

@TABLES@
# The words of the line up to the current one in _pa_words: readline takes `--for=a` for three.
_pa_read() {
    local word before= joined=
    _pa_words=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $joined && $word == [=:@]* || $before == *[=:@] ]]; then
            _pa_words[-1]+=$word
        else
            _pa_words+=("$word")
        fi
        joined=yes before=$word
    done
}

# What the current word can be in _pa_found: first its kind, then what there is to choose.
_pa_wanted() {
    local current=$1 word verb= position=0 pending=
    shift
    for word in "$@"; do
        if [[ $pending ]]; then
            pending=
        elif [[ $word == -?* ]]; then
            [[ $word == --user || $word == --system ]] && _pa_scope=("$word")
            _pa_value "$verb $word"
            [[ ${_pa_found[*]} ]] && pending=$word
        elif _pa_below "$verb" && [[ " ${_pa_found[*]%%$'\t'*} " == *" $word "* ]]; then
            verb=${verb:+$verb }$word
        else
            position=$((position + 1))
        fi
    done
    [[ $pending || $current != --*=* ]] || pending=${current%%=*}
    if [[ $pending ]]; then
        _pa_value "$verb $pending"
    elif [[ $current == -* ]]; then
        _pa_options "$verb"
        _pa_found=(choice "${_pa_found[@]}")
    elif ((position == 0)) && _pa_below "$verb" && [[ ${_pa_found[*]} ]]; then
        _pa_found=(choice "${_pa_found[@]}")
    else
        _pa_argument "$verb $position"
        [[ ${_pa_found[*]} ]] || _pa_argument "$verb +"
    fi
}

_pa_files() {
    local pattern
    compopt -o filenames
    mapfile -t COMPREPLY < <(
        compgen -d -- "$1"
        for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    )
}

_pa() {
    local _pa_words _pa_found _pa_scope=() word current pa=$1
    _pa_read
    current=${_pa_words[-1]}
    unset '_pa_words[-1]'
    _pa_wanted "$current" "${_pa_words[@]}"
    [[ $current == --*=* ]] && current=${current#*=}
    case ${_pa_found[0]} in
    agent) mapfile -t -O 1 _pa_found < <("$pa" __names "${_pa_scope[@]}" 2>/dev/null) ;;
    label) mapfile -t -O 1 _pa_found < <("$pa" __labels "${_pa_scope[@]}" 2>/dev/null) ;;
    field) _pa_fields '' && _pa_found=(field "${_pa_found[@]/%/=}") && compopt -o nospace ;;
    spec) _pa_files "$current" '*.yaml' '*.yml' '*.json' && return ;;
    file) _pa_files "$current" '*' && return ;;
    directory) _pa_files "$current" && return ;;
    choice) ;;
    *) return ;;
    esac
    # Not by compgen -W, which expands what it is given.
    for word in "${_pa_found[@]:1}"; do
        word=${word%%$'\t'*}
        [[ $word == "$current"* ]] && printf -v word %q "$word" && COMPREPLY+=("$word")
    done
    # Readline replaces what stands behind the last `=` or `:` alone.
    if [[ $current == *[=:]* ]]; then
        word=${current%"${current##*[=:]}"}
        COMPREPLY=("${COMPREPLY[@]#"$word"}")
    fi
}

complete -F _pa pa persistent-agent
