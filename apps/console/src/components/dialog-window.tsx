import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import './dialog-window.css';

interface DialogWindowProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A window over the page; Escape and a press outside of it close it. */
export function DialogWindow({ title, isOpen, onClose, children }: DialogWindowProps): ReactNode {
  const { t } = useTranslation();
  return (
    <ModalOverlay className="dialog-ground" isOpen={isOpen} isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="dialog-frame">
        <Dialog className="dialog">
          <header className="dialog-header">
            <Heading slot="title">{title}</Heading>
            <Button className="icon-button" aria-label={t('state.close')} onPress={onClose}>
              <X size={18} aria-hidden />
            </Button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
