#compdef pa persistent-agent
# Completion of pa for zsh; printed by `pa completion zsh`.

@TABLES@
# What the current word can be in _pa_found: first its kind, then what there is to choose.
_pa_wanted() {
    local current=$1 word verb= position=0 pending=
    shift
    for word; do
        if [[ -n $pending ]]; then
            pending=
        elif [[ $word == -?* ]]; then
            [[ $word == (--user|--system) ]] && _pa_scope=($word)
            _pa_value "$verb $word"
            (($#_pa_found)) && pending=$word
        elif _pa_below "$verb" && ((${${(@)_pa_found%%$'\t'*}[(Ie)$word]})); then
            verb=${verb:+$verb }$word
        else
            ((position += 1))
        fi
    done
    [[ -n $pending || $current != --*=* ]] || pending=${current%%=*}
    if [[ -n $pending ]]; then
        _pa_value "$verb $pending"
    elif [[ $current == -* ]]; then
        _pa_options "$verb"
        _pa_found=(choice $_pa_found)
    elif ((position == 0)) && _pa_below "$verb" && (($#_pa_found)); then
        _pa_found=(choice $_pa_found)
    else
        _pa_argument "$verb $position"
        (($#_pa_found)) || _pa_argument "$verb +"
    fi
}

_pa() {
    local pa=$words[1] kind
    local -a _pa_found _pa_scope described
    _pa_wanted "$PREFIX" "${(@Q)words[2,CURRENT-1]}"
    compset -P '--*='
    kind=$_pa_found[1]
    _pa_found=("${(@)_pa_found[2,-1]}")
    case $kind in
    agent) compadd -- ${(f)"$(_call_program agents $pa __names $_pa_scope 2>/dev/null)"} ;;
    label) compadd -- ${(f)"$(_call_program labels $pa __labels $_pa_scope 2>/dev/null)"} ;;
    field) _pa_fields '' && compadd -S '' -- ${^_pa_found}= ;;
    spec) _files -g '*.(yaml|yml|json)(-.)' ;;
    file) _files ;;
    directory) _files -/ ;;
    choice)
        described=(${${_pa_found//:/\\:}/$'\t'/:})
        _describe word described
        ;;
    esac
}

if [[ $funcstack[1] == _pa ]]; then
    _pa "$@"
else
    compdef _pa pa persistent-agent
fi
