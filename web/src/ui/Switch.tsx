interface Props {
  label: string;
  note?: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

export function Switch({ label, note, on, onChange }: Props) {
  return (
    <label class="switch">
      <span>
        {label}
        {note && <span class="small soft block">{note}</span>}
      </span>
      <input type="checkbox" role="switch" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
    </label>
  );
}
